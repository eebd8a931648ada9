// tutti check: validates a suite and prints what running it would mean.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "cli/makespan.hpp"
#include "cli/suite_options.hpp"
#include "cli/text_table.hpp"
#include "cli/time_estimate.hpp"
#include "launch/resource_check.hpp"
#include "launch/say.hpp"
#include "launch/stop_requests.hpp"
#include "run/budget.hpp"
#include "run/machine.hpp"
#include "run/preparation.hpp"
#include "run/protocol.hpp"
#include "run/training.hpp"
#include "suite/device.hpp"
#include "text/clean.hpp"
#include "text/quantities.hpp"

namespace tutti::cli {
namespace {

using text::grouped;

std::string bytes(std::int64_t count) { return text::bytes_text(static_cast<double>(count)); }

// What one run of a pair needs and does.
struct PairCost {
  TimeEstimate time;  // where it was measured
  std::int64_t copies = 0;
  std::int64_t training_steps = 0;
  std::int64_t evaluation_steps = 0;  // at most: episodes that all last to their limit
  Resources resources;
};

std::int64_t absolute_episodes(const suite::EvaluationSettings& evaluation) {
  return evaluation.absolute ? run::kAbsoluteFactor * evaluation.episodes : 0;
}

// Nothing of `stopped`: without times.
PairCost cost_of(const suite::Run& run, loader::Registry& registry, const std::function<bool()>& stopped) {
  const auto environment = registry.create_environment(run.environment, suite::values_of(run.task_values));
  const suite::RunSettings settings = run.run_settings();
  const suite::EvaluationSettings evaluation = run.evaluation_settings();
  const std::int64_t episodes =
      evaluation.episodes * run::planned_evaluations(settings, evaluation) + absolute_episodes(evaluation);
  return {.time = stopped ? estimate_time(run, registry, stopped) : TimeEstimate{},
          .copies = settings.copies,
          .training_steps = settings.environment_steps,
          .evaluation_steps = episodes * environment->spec().episode_limit,
          .resources = launch::resources_of(run, environment->spec(), registry)};
}

// The tasks of one budget.
struct BudgetGroup {
  suite::Budget budget;
  std::vector<std::string> tasks;  // labels
};

std::vector<BudgetGroup> budget_groups(const suite::Plan& plan) {
  std::vector<BudgetGroup> groups;
  for (const suite::TaskEntry& task : plan.tasks) {
    auto found = std::ranges::find(groups, task.budget, &BudgetGroup::budget);
    if (found == groups.end()) found = groups.insert(found, BudgetGroup{task.budget, {}});
    found->tasks.push_back(task.label);
  }
  return groups;
}

// Such as " on mpe/a, mpe/b"; nothing where all tasks have one budget.
std::string place_of(const BudgetGroup& group, const std::vector<BudgetGroup>& groups) {
  return groups.size() > 1 ? fmt::format(" on {}", fmt::join(group.tasks, ", ")) : "";
}

// The suite's settings with the budget of the group.
std::pair<suite::RunSettings, suite::EvaluationSettings> settings_of(const suite::Plan& plan,
                                                                     const BudgetGroup& group) {
  auto settings = std::pair(plan.run, plan.evaluation);
  settings.first.environment_steps = group.budget.environment_steps;
  settings.second.interval = group.budget.evaluation_interval;
  settings.second.episodes = group.budget.evaluation_episodes;
  return settings;
}

// "cpu", or "cuda, 12 MB".
std::string device_text(const suite::Run& run, const Resources& resources) {
  const std::string device = run.run_settings().device;
  return suite::uses_cuda(device) ? fmt::format("{}, {}", device, bytes(resources.device_bytes)) : device;
}

void print_protocol(const suite::Plan& plan) {
  launch::say(stdout, fmt::format("suite {}: {} task(s) x {} algorithm(s) x {} seed(s) = {} runs\n", plan.name,
                                  plan.tasks.size(), plan.algorithms.size(), plan.seeds.size(), plan.runs.size()));
  const std::vector<BudgetGroup> groups = budget_groups(plan);
  for (const BudgetGroup& group : groups) {
    const auto [settings, evaluation] = settings_of(plan, group);
    launch::say(stdout,
                fmt::format("each run{}: {} environment steps, {} evaluations of {} episodes ({} policy, {} initial "
                            "states){}\n",
                            place_of(group, groups), grouped(settings.environment_steps),
                            run::planned_evaluations(settings, evaluation), evaluation.episodes, evaluation.mode,
                            evaluation.seeds,
                            evaluation.absolute
                                ? fmt::format(", absolute evaluation of {} episodes", absolute_episodes(evaluation))
                                : ""));
  }
  launch::say(stdout, "\n");
}

void print_notes(const suite::Plan& plan) {
  std::vector<std::string> lines;
  for (const suite::Run& run : plan.runs) {
    if (run.seed != plan.seeds.front()) continue;
    const std::string reason = run::reason_without_update(run);
    if (reason.empty()) continue;
    const std::string line = fmt::format("{}: no update within {} steps ({})", run.algorithm,
                                         grouped(run.run_settings().environment_steps), reason);
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
  }
  const std::vector<BudgetGroup> groups = budget_groups(plan);
  for (const BudgetGroup& group : groups) {
    const auto [settings, evaluation] = settings_of(plan, group);
    const std::int64_t rest = run::unevaluated_steps(settings, evaluation);
    if (rest == 0) continue;
    lines.push_back(fmt::format("the last {} steps{} are not evaluated; {} is no multiple of {}", grouped(rest),
                                place_of(group, groups), grouped(settings.environment_steps),
                                grouped(evaluation.interval)));
  }
  for (const std::string& line : lines) launch::say(stdout, fmt::format("note: {}\n", line));
}

/// True if every run could be begun, as far as that was tried; with times if there is a `stopped`, until it says so.
bool print_plan(const suite::Plan& plan, loader::Registry& registry, const std::function<bool()>& stopped) {
  const bool with_time = static_cast<bool>(stopped);
  print_protocol(plan);
  std::vector<std::vector<std::string>> table = {{"task", "algorithm", "runs", "copies", "training steps",
                                                  "evaluation steps", "buffers in memory", "buffers on disk"}};
  const bool on_gpus =
      std::ranges::any_of(plan.runs, [](const suite::Run& run) { return suite::uses_cuda(run.run_settings().device); });
  if (on_gpus) table.front().push_back("device");
  if (with_time) table.front().push_back("time a run");
  const auto count = static_cast<std::int64_t>(plan.seeds.size());
  std::int64_t training_steps = 0;
  std::int64_t evaluation_steps = 0;
  std::int64_t disk = 0;
  std::int64_t memory = 0;
  std::vector<double> seconds;  // of the runs of one seed
  std::vector<std::string> problems;
  // The first seed's runs are the pairs.
  for (const suite::Run& run : plan.runs) {
    if (run.seed != plan.seeds.front()) continue;
    const PairCost cost = cost_of(run, registry, stopped);
    if (stopped && stopped()) return false;
    training_steps += count * cost.training_steps;
    evaluation_steps += count * cost.evaluation_steps;
    disk += count * cost.resources.disk_bytes;
    memory = std::max(memory, cost.resources.memory_bytes);
    seconds.push_back(cost.time.seconds);
    if (!cost.time.problem.empty()) {
      problems.push_back(fmt::format("{} on {}: begun to estimate its time, the run failed: {}", run.algorithm,
                                     run.task, text::clean_text(cost.time.problem)));
    }
    table.push_back({run.task, run.algorithm, std::to_string(count), std::to_string(cost.copies),
                     grouped(cost.training_steps), grouped(cost.evaluation_steps), bytes(cost.resources.memory_bytes),
                     bytes(cost.resources.disk_bytes)});
    if (on_gpus) table.back().push_back(device_text(run, cost.resources));
    if (with_time) table.back().push_back(cost.time.problem.empty() ? text::duration_text(cost.time.seconds) : "fails");
  }
  launch::say(stdout, fmt::format("{}\n", text_table(table, terminal_width())));
  launch::say(
      stdout,
      fmt::format(
          "all runs: {} environment steps of training, at most {} of evaluation; buffers take up to {} of disk in all, "
          "and {} of memory for each run at a time\n",
          grouped(training_steps), grouped(evaluation_steps), bytes(disk), bytes(memory)));
  if (with_time) {
    const std::int64_t cores = run::available_cores();
    std::vector<double> of_all;
    for (std::int64_t seed = 0; seed < count; ++seed) of_all.insert(of_all.end(), seconds.begin(), seconds.end());
    launch::say(stdout, fmt::format("about {} on the {} core(s) of this machine, as busy as it is now{}\n",
                                    text::duration_text(seconds_of_all(of_all, static_cast<std::size_t>(cores))), cores,
                                    problems.empty() ? "" : ", without what fails"));
  }
  print_notes(plan);
  for (const std::string& problem : problems) launch::say(stderr, problem + "\n");
  return problems.empty();
}

}  // namespace

void add_check(CLI::App& app, int& status) {
  auto* command =
      app.add_subcommand("check", "Validate a suite and print its plan: runs, steps, evaluations, memory and disk");
  auto options = add_suite_options(*command);
  auto with_time = std::make_shared<bool>(false);
  command->add_flag("--time", *with_time, "also begin one run of every pair, to estimate how long all will take");
  command->callback([options, with_time, &status] {
    if (*with_time) run::prepare_to_compute();
    loader::Registry registry = load_plugins();
    const suite::Plan plan = requested_plan(*options, registry);
    if (!*with_time) {
      status = print_plan(plan, registry, {}) ? 0 : 1;
      return;
    }
    // Without them, an interrupt would leave what the begun run has written.
    const launch::StopRequests requests;
    status = print_plan(plan, registry, [&] { return requests.asked(); }) ? 0 : 1;
    if (!requests.asked()) return;
    launch::say(stderr, "interrupted; nothing is kept of the runs that were begun to estimate their time\n");
    status = kInterrupted;
  });
}

}  // namespace tutti::cli
