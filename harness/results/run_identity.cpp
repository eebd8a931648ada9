#include "results/run_identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tutti::results {
namespace {

template <class T>
void compare(const char* what, const T& found, const T& planned, std::vector<std::string>& differences) {
  if (found != planned) differences.push_back(fmt::format("{} {} instead of {}", what, found, planned));
}

bool same_maker(const RunRecord& a, const RunRecord& b) {
  return a.environment == b.environment && a.algorithm_name == b.algorithm_name && a.seed == b.seed;
}

/// Calls pair(first, other) for each record that has the key of an earlier one; an empty key is none.
template <class Key, class Pair>
void for_each_repeated(std::span<const RunRecord* const> records, Key key, Pair pair) {
  std::map<std::string, std::size_t> first;
  for (std::size_t index = 0; index < records.size(); ++index) {
    if (records[index] == nullptr || key(*records[index]).empty()) continue;
    const auto [found, is_new] = first.emplace(key(*records[index]), index);
    if (!is_new) pair(found->second, index);
  }
}

}  // namespace

RunIdentity identity_of(const PlanRecord& plan, const PlannedRun& run) {
  RunIdentity identity{
      .task = run.task, .environment = "", .algorithm = run.algorithm, .algorithm_name = "", .seed = run.seed};
  const auto task = std::ranges::find(plan.tasks, run.task, &PlannedTask::label);
  if (task != plan.tasks.end()) identity.environment = task->family;
  const auto algorithm = std::ranges::find(plan.algorithms, run.algorithm, &PlannedAlgorithm::label);
  if (algorithm != plan.algorithms.end()) identity.algorithm_name = algorithm->name;
  return identity;
}

bool decides_numbers(std::string_view library) { return library != "Boost" && library != "C++ library"; }

std::vector<std::string> identity_differences(const RunRecord& record, const RunIdentity& planned) {
  std::vector<std::string> differences;
  compare("task", record.task, planned.task, differences);
  compare("environment", record.environment, planned.environment, differences);
  compare("algorithm", record.algorithm, planned.algorithm, differences);
  compare("algorithm plugin", record.algorithm_name, planned.algorithm_name, differences);
  compare("seed", record.seed, planned.seed, differences);
  return differences;
}

std::vector<std::string> protocol_differences(const Protocol& protocol, const Protocol& planned) {
  std::vector<std::string> differences;
  compare("environment_steps", protocol.environment_steps, planned.environment_steps, differences);
  compare("evaluation interval", protocol.interval, planned.interval, differences);
  compare("evaluation episodes", protocol.episodes, planned.episodes, differences);
  compare("evaluation mode", protocol.mode, planned.mode, differences);
  compare("evaluation seeds", protocol.seeds, planned.seeds, differences);
  compare("absolute evaluation", protocol.absolute, planned.absolute, differences);
  return differences;
}

std::vector<std::optional<std::size_t>> copies_among(std::span<const RunRecord* const> records) {
  std::vector<std::optional<std::size_t>> copies(records.size());
  const auto mark = [&](std::size_t a, std::size_t b) {
    copies[a] = b;
    copies[b] = a;
  };
  for_each_repeated(
      records, [](const RunRecord& record) { return record.run_id; }, mark);
  // Two algorithms may well give the same evaluations, but not in the same time.
  const auto evaluations_and_times = [](const RunRecord& record) {
    const auto timing = record.table_digests.find("timing.csv");
    if (record.evaluations_digest.empty() || timing == record.table_digests.end()) return record.evaluations_digest;
    return record.evaluations_digest + ' ' + timing->second;
  };
  for_each_repeated(records, evaluations_and_times, [&](std::size_t a, std::size_t b) {
    if (!same_maker(*records[a], *records[b])) mark(a, b);
  });
  return copies;
}

}  // namespace tutti::results
