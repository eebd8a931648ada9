#include "cli/suite_options.hpp"

#include <fmt/format.h>

#include <sstream>

#include "cli/catalogue.hpp"
#include "cli/numbers.hpp"
#include "suite/unknown_plugin.hpp"
#include "tutti/error.hpp"

namespace tutti::cli {
namespace {

std::string joined_seeds(const std::vector<std::string>& lists) { return fmt::format("{}", fmt::join(lists, ",")); }

// Not split by CLI11, which would leave out what is empty.
IntegerList seeds_from(const std::vector<std::string>& lists) {
  IntegerList seeds;
  std::istringstream words(joined_seeds(lists) + ',');
  for (std::string word; std::getline(words, word, ',');) {
    const auto seed = whole_number(word);
    if (!seed || *seed < 0) {
      throw Error(
          fmt::format("--seeds: \"{}\": expected whole numbers of at least 0 with commas between them, "
                      "such as 1,2,3",
                      word));
    }
    seeds.push_back(*seed);
  }
  return seeds;
}

std::int64_t steps_from(const std::string& text) {
  const auto steps = whole_number(text);
  if (!steps || *steps < 1) {
    throw Error(fmt::format("--steps: \"{}\": expected a whole number of at least 1, such as 20_000", text));
  }
  return *steps;
}

}  // namespace

std::shared_ptr<SuiteOptions> add_suite_options(CLI::App& command) {
  auto options = std::make_shared<SuiteOptions>();
  command.add_option("SUITE", options->file, "suite file (TOML)")->required();
  command.add_option("--seeds", options->seeds, "seeds in place of the suite's, such as 1,2,3")
      ->allow_extra_args(false);
  command.add_option("--steps", options->environment_steps, "environment steps of each run in place of the suite's");
  command
      .add_option("--set", options->settings, "one setting: run.KEY=VALUE, evaluation.KEY=VALUE or ALGORITHM.KEY=VALUE")
      ->allow_extra_args(false);
  return options;
}

std::vector<std::string> repeated(const SuiteOptions& options) {
  std::vector<std::string> words;
  // Each --plugins goes before those that were there.
  for (const std::string& folder : plugin_folders()) words.insert(words.begin(), {"--plugins", folder});
  if (!options.seeds.empty()) words.insert(words.end(), {"--seeds", joined_seeds(options.seeds)});
  if (options.environment_steps) words.insert(words.end(), {"--steps", *options.environment_steps});
  for (const std::string& setting : options.settings) words.insert(words.end(), {"--set", setting});
  return words;
}

suite::Plan requested_plan(const SuiteOptions& options, loader::Registry& registry, bool on_cluster) {
  suite::CommandLine command_line;
  command_line.on_cluster = on_cluster;
  if (!options.seeds.empty()) command_line.seeds = seeds_from(options.seeds);
  if (options.environment_steps) command_line.environment_steps = steps_from(*options.environment_steps);
  command_line.settings = options.settings;
  try {
    return suite::read_suite(options.file, catalogue_of(registry), command_line);
  } catch (const suite::UnknownPlugin& error) {
    throw Error(std::string(error.what()) + '\n' + search_path_text());
  }
}

}  // namespace tutti::cli
