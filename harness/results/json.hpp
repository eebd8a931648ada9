// The parts of JSON that run.json, plan.json and report.json share.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "results/run_record.hpp"

namespace tutti::results {

void to_json(nlohmann::json& object, const Failure& failure);
void from_json(const nlohmann::json& object, Failure& failure);
nlohmann::ordered_json protocol_to_json(const Protocol& protocol);
Protocol protocol_from_json(const nlohmann::json& object);

/// Why `text` could not be read, without the library's own name for the fault: "it is empty", "parse error at line 1".
std::string reason(const nlohmann::json::exception& error, std::string_view text);

}  // namespace tutti::results
