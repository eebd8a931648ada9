#include "reports/analysis/option_problems.hpp"

#include <numeric>
#include <vector>

#include "reports/analysis/options.hpp"
#include "reports/analysis/published.hpp"
#include "reports/analysis/scores.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

using Problems = std::map<std::string, std::string>;

// Adds what `action` throws.
template <class Action>
void try_option(Problems& problems, const std::string& option, Action action) {
  try {
    action();
  } catch (const Error& error) {
    problems.emplace(option, error.what());
  }
}

Problems text_problems(const results::PlanRecord& plan) {
  Problems problems;
  const auto read = [&](const std::string& option, auto parse) {
    const auto found = plan.report_options.find(option);
    const auto* text = found == plan.report_options.end() ? nullptr : std::get_if<std::string>(&found->second);
    if (text != nullptr) try_option(problems, option, [&] { (void)parse(*text); });
  };
  read("score", parse_score);
  read("aggregate_score", parse_score);
  read("smooth", parse_smoothing);
  return problems;
}

Dataset planned_data(const results::PlanRecord& plan) {
  Dataset data;
  for (const results::PlannedTask& task : plan.tasks)
    data.tasks.push_back({.label = task.label, .family = task.family, .reference = task.reference});
  return data;
}

void check_absolute(const Score& score, const std::string& option, const results::PlanRecord& plan,
                    Problems& problems) {
  if (score.kind != Score::Kind::kAbsolute || plan.protocol.absolute || !plan.report_options.contains(option)) return;
  problems.emplace(option,
                   "\"absolute\" needs the absolute evaluation, which [evaluation] absolute = false leaves out; choose "
                   "final or last-<number of evaluations>");
}

}  // namespace

Problems option_problems(const results::PlanRecord& plan) {
  Problems problems = text_problems(plan);
  results::PlanRecord readable = plan;
  for (const auto& [option, what] : problems) readable.report_options.erase(option);
  const ReportOptions options = planned_options(readable);
  problems.merge(options.problems_by_task());
  check_absolute(options.score, "score", plan, problems);
  check_absolute(options.aggregate_score, "aggregate_score", plan, problems);
  const Dataset data = planned_data(plan);
  if (!problems.contains("bounds") && !problems.contains("normalize")) {
    std::vector<std::size_t> tasks(data.tasks.size());
    std::iota(tasks.begin(), tasks.end(), std::size_t{0});
    std::vector<std::string> warnings;
    try_option(problems, "normalize",
               [&] { (void)bounds_of(data, options, normalization_of(data, options, tasks), tasks, warnings); });
  }
  try_option(problems, "published", [&] { (void)published_figures(options.published, data.tasks, {}); });
  return problems;
}

}  // namespace tutti::reports
