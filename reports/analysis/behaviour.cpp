#include "reports/analysis/behaviour.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace tutti::reports {
namespace {

bool has_policy(const Run& run) { return !run.imported && run.state != RunState::kFailed && !run.evaluations.empty(); }

double best_evaluation(const Run& run) {
  double best = -std::numeric_limits<double>::infinity();
  for (const Evaluation& evaluation : run.evaluations) best = std::max(best, evaluation.mean);
  return best;
}

// Absolute evaluations count among themselves: they are over more episodes.
bool is_better(const Run& one, const Run& other) {
  const bool finished = one.state == RunState::kFinished;
  if (finished != (other.state == RunState::kFinished)) return finished;
  if (one.absolute.has_value() != other.absolute.has_value()) return one.absolute.has_value();
  if (one.absolute) return one.absolute->mean > other.absolute->mean;
  return best_evaluation(one) > best_evaluation(other);
}

}  // namespace

std::vector<ShownRun> runs_to_show(const Dataset& data) {
  std::map<std::pair<std::size_t, std::size_t>, const Run*> best;
  for (const Run& run : data.runs) {  // by seed
    if (!has_policy(run)) continue;
    const Run*& place = best[{run.task, run.algorithm}];
    if (place == nullptr || is_better(run, *place)) place = &run;
  }
  std::vector<ShownRun> shown;
  for (const auto& [pair, run] : best) shown.push_back({run->task, run->algorithm, run->seed, run->name, run->folder});
  return shown;
}

}  // namespace tutti::reports
