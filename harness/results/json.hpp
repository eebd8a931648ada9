// The part of JSON that run.json and plan.json share. For the sources of this folder only: nlohmann/json is a large
// header.
#pragma once

#include <nlohmann/json.hpp>

#include "results/run_record.hpp"

namespace tutti::results {

nlohmann::ordered_json protocol_to_json(const Protocol& protocol);
Protocol protocol_from_json(const nlohmann::json& object);

}  // namespace tutti::results
