#include "cli/suite_options.hpp"

#include "cli/catalogue.hpp"

namespace tutti::cli {

std::shared_ptr<SuiteOptions> add_suite_options(CLI::App& command) {
  auto options = std::make_shared<SuiteOptions>();
  command.add_option("SUITE", options->file, "suite file (TOML)")->required();
  command.add_option("--seeds", options->seeds, "seeds in place of the suite's, such as 1,2,3")
      ->delimiter(',')
      ->check(CLI::NonNegativeNumber);
  command.add_option("--steps", options->environment_steps, "environment steps of each run in place of the suite's")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--set", options->settings, "one setting: run.KEY=VALUE, evaluation.KEY=VALUE or ALGORITHM.KEY=VALUE")
      ->allow_extra_args(false);
  return options;
}

suite::Plan read_plan(const SuiteOptions& options, loader::Registry& registry) {
  suite::CommandLine command_line;
  if (!options.seeds.empty()) command_line.seeds = options.seeds;
  if (options.environment_steps > 0) command_line.environment_steps = options.environment_steps;
  command_line.settings = options.settings;
  return suite::read_plan(options.file, catalogue_of(registry), command_line);
}

}  // namespace tutti::cli
