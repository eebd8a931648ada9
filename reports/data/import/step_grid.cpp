#include "reports/data/import/step_grid.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace tutti::reports {
namespace {

// The steps of the run that the others of the task follow.
std::vector<std::int64_t> grid_of(const Dataset& data, std::size_t task) {
  const auto rank = [](const Run& run) { return std::pair(!run.imported, run.evaluations.size()); };
  const Run* model = nullptr;
  for (const Run& run : data.runs) {
    if (run.task != task || run.evaluations.empty()) continue;
    if (model == nullptr || rank(run) > rank(*model)) model = &run;
  }
  std::vector<std::int64_t> grid;
  if (model == nullptr) return grid;
  for (const Evaluation& evaluation : model->evaluations) grid.push_back(evaluation.step);
  return grid;
}

// Returns the largest shift; moves all evaluations of the run or none.
std::int64_t align(Run& run, const std::vector<std::int64_t>& grid) {
  std::vector<std::int64_t> steps;
  std::int64_t largest = 0;
  for (const Evaluation& evaluation : run.evaluations) {
    const auto after = std::ranges::lower_bound(grid, evaluation.step);
    std::int64_t nearest = after == grid.end() ? grid.back() : *after;
    if (after != grid.begin() && evaluation.step - *(after - 1) < std::abs(nearest - evaluation.step))
      nearest = *(after - 1);
    const auto at = std::ranges::find(grid, nearest);
    const std::int64_t before = at == grid.begin() ? 0 : *(at - 1);
    const std::int64_t interval = at + 1 == grid.end() ? nearest - before : *(at + 1) - nearest;
    const std::int64_t shift = std::abs(nearest - evaluation.step);
    steps.push_back(4 * shift < interval ? nearest : evaluation.step);
    if (steps.back() == nearest) largest = std::max(largest, shift);
  }
  if (std::ranges::adjacent_find(steps, std::greater_equal<>()) != steps.end()) return 0;
  for (std::size_t k = 0; k < steps.size(); ++k) run.evaluations[k].step = steps[k];
  return largest;
}

}  // namespace

std::vector<std::string> align_steps(Dataset& data) {
  std::vector<std::string> notes;
  for (std::size_t task = 0; task < data.tasks.size(); ++task) {
    const std::vector<std::int64_t> grid = grid_of(data, task);
    if (grid.empty()) continue;
    std::int64_t largest = 0;
    for (Run& run : data.runs) {
      if (run.task == task && run.imported) largest = std::max(largest, align(run, grid));
    }
    if (largest > 0) {
      notes.push_back(data.tasks[task].label + ": imported evaluations up to " + std::to_string(largest) +
                      " steps beside the others count at the others' step");
    }
  }
  return notes;
}

}  // namespace tutti::reports
