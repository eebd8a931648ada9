// Whose run a folder holds: what run.json says has to be what the plan says, and no run may be there twice.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "results/plan_record.hpp"
#include "results/run_record.hpp"

namespace tutti::results {

/// What a plan says about one of its runs.
struct RunIdentity {
  std::string task;  // label
  std::string environment;
  std::string algorithm;  // label
  std::string algorithm_name;
  std::uint64_t seed = 0;
};

RunIdentity identity_of(const PlanRecord& plan, const PlannedRun& run);

/// Whether the library of this name, as run.json has it, can change a number. Headers of the host are part of its
/// build, and the C++ library computes nothing.
bool decides_numbers(std::string_view library);

/// Each difference in words, "seed 2 instead of 1"; empty if the record is of this run.
std::vector<std::string> identity_differences(const RunRecord& record, const RunIdentity& planned);

/// Each difference in words, "64 episodes instead of 32". The number of copies does not count: a plan has none.
std::vector<std::string> protocol_differences(const Protocol& protocol, const Protocol& planned);

/// For each record the index of another one of which it is a copy or the original, nobody can say which: it has the
/// same run id, or the same evaluations in the same times (as far as they are recorded) although another algorithm,
/// environment or seed made them. Null records are skipped.
std::vector<std::optional<std::size_t>> copies_among(std::span<const RunRecord* const> records);

}  // namespace tutti::results
