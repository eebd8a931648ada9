#include "reports/data/dataset.hpp"

#include <algorithm>
#include <tuple>

#include "results/learning.hpp"

namespace tutti::reports {

bool Run::never_learned() const {
  const auto first = configuration.lower_bound("algorithm_values.");
  const bool has_parameters = first != configuration.end() && first->first.starts_with("algorithm_values.");
  return state == RunState::kFinished && record && results::never_learned(record->progress, has_parameters);
}

void Run::leave_out() {
  state = RunState::kDamaged;
  evaluations.clear();
  absolute.reset();
  timing.clear();
  coverage.clear();
}

std::size_t Dataset::task_index(const std::string& label, const std::string& family) {
  const auto found = std::ranges::find(tasks, label, &TaskInfo::label);
  if (found != tasks.end()) return static_cast<std::size_t>(found - tasks.begin());
  tasks.push_back({.label = label, .family = family});
  return tasks.size() - 1;
}

std::size_t Dataset::algorithm_index(const AlgorithmInfo& algorithm) {
  const auto found = std::ranges::find(algorithms, algorithm.label, &AlgorithmInfo::label);
  if (found != algorithms.end()) return static_cast<std::size_t>(found - algorithms.begin());
  algorithms.push_back(algorithm);
  return algorithms.size() - 1;
}

void Dataset::sort_runs() {
  std::ranges::stable_sort(runs, {}, [](const Run& run) { return std::tuple(run.task, run.algorithm, run.seed); });
}

}  // namespace tutti::reports
