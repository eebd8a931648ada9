// tutti check: validates a suite and prints what running it would mean.
#include <fmt/core.h>

#include <algorithm>

#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "cli/suite_options.hpp"
#include "cli/text_table.hpp"

namespace tutti::cli {
namespace {

// What one run of a pair needs and does.
struct PairCost {
  std::int64_t copies = 0;
  std::int64_t evaluation_steps = 0;  // at most: episodes that all last to their limit
  Resources resources;
};

std::int64_t evaluations(const suite::Plan& plan) { return plan.run.environment_steps / plan.evaluation.interval + 1; }

// Ten times the episodes once more, at the end.
std::int64_t episodes(const suite::Plan& plan) {
  return plan.evaluation.episodes * (evaluations(plan) + (plan.evaluation.absolute ? 10 : 0));
}

PairCost cost_of(const suite::Run& run, const suite::Plan& plan, loader::Registry& registry) {
  const ParameterValues task_values = suite::values_of(run.task_values);
  const ParameterValues algorithm_values = suite::values_of(run.algorithm_values);
  const auto environment = registry.create_environment(run.environment, task_values);
  const AlgorithmContext context{.environment = environment->spec(),
                                 .task = run.task_name,
                                 .values = algorithm_values,
                                 .copies = run.run_settings().copies,
                                 .environment_steps = plan.run.environment_steps,
                                 .seed = run.seed,
                                 .folder = {},
                                 .replayed_steps = 0};
  return {.copies = context.copies,
          .evaluation_steps = episodes(plan) * environment->spec().episode_limit,
          .resources = registry.algorithm(run.algorithm_name).resources(context)};
}

void print_protocol(const suite::Plan& plan) {
  fmt::print("suite {}: {} task(s) x {} algorithm(s) x {} seed(s) = {} runs\n", plan.name, plan.tasks.size(),
             plan.algorithms.size(), plan.seeds.size(), plan.runs.size());
  fmt::print("each run: {} environment steps, {} evaluations of {} episodes ({} policy, {} initial states){}\n\n",
             grouped(plan.run.environment_steps), evaluations(plan), plan.evaluation.episodes, plan.evaluation.mode,
             plan.evaluation.seeds,
             plan.evaluation.absolute
                 ? fmt::format(", absolute evaluation of {} episodes", 10 * plan.evaluation.episodes)
                 : "");
}

void print_plan(const suite::Plan& plan, loader::Registry& registry) {
  print_protocol(plan);
  std::vector<std::vector<std::string>> table = {
      {"task", "algorithm", "runs", "copies", "training steps", "evaluation steps", "memory a run", "disk a run"}};
  const auto count = static_cast<std::int64_t>(plan.seeds.size());
  std::int64_t evaluation_steps = 0;
  std::int64_t disk = 0;
  std::int64_t memory = 0;
  // The first seed's runs are the pairs.
  for (const suite::Run& run : plan.runs) {
    if (run.seed != plan.seeds.front()) continue;
    const PairCost cost = cost_of(run, plan, registry);
    evaluation_steps += count * cost.evaluation_steps;
    disk += count * cost.resources.disk_bytes;
    memory = std::max(memory, cost.resources.memory_bytes);
    table.push_back({run.task, run.algorithm, std::to_string(count), std::to_string(cost.copies),
                     grouped(plan.run.environment_steps), grouped(cost.evaluation_steps),
                     bytes_text(cost.resources.memory_bytes), bytes_text(cost.resources.disk_bytes)});
  }
  fmt::print("{}\n", text_table(table));
  const auto runs = static_cast<std::int64_t>(plan.runs.size());
  fmt::print(
      "all runs: {} environment steps of training, at most {} of evaluation; {} on disk; {} of memory for each run at "
      "a time\n",
      grouped(runs * plan.run.environment_steps), grouped(evaluation_steps), bytes_text(disk), bytes_text(memory));
}

}  // namespace

void add_check(CLI::App& app, int& status) {
  auto* command =
      app.add_subcommand("check", "Validate a suite and print its plan: runs, steps, evaluations, memory and disk");
  auto options = add_suite_options(*command);
  command->callback([options, &status] {
    loader::Registry registry = load_plugins();
    print_plan(read_plan(*options, registry), registry);
    status = 0;
  });
}

}  // namespace tutti::cli
