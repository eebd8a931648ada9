#include "suite/plan.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

namespace tutti::suite {

ParameterValues values_of(const ResolvedValues& resolved) {
  ParameterValues result;
  for (const auto& [name, entry] : resolved) result.emplace(name, entry.value);
  return result;
}

// More than any run will ever do, and far from where sums of steps overflow.
constexpr double kMostSteps = 1e15;
// Slurm announces the end of a job two to three minutes before it, for the checkpoint: a shorter job would do nothing
// but start and stop.
constexpr std::int64_t kLeastJobSeconds = 300;

// A default out of its own range makes a parameter one that has to be given.
void RunSettings::declare(Parameters& parameter) {
  parameter("environment_steps", environment_steps, between(1, kMostSteps), "budget of a run, all copies together");
  parameter("copies", copies, between(1, 65536), "environment copies stepped in turn");
  parameter("training_interval", training_interval, between(1, kMostSteps),
            "environment steps between rows of training.csv");
  parameter("checkpoint_interval", checkpoint_interval, between(0, kMostSteps),
            "environment steps between checkpoints; 0: about every two minutes");
  parameter("stall_timeout", stall_timeout, between(0, 1e9),
            "seconds without progress after which a run counts as hanging; 0: never");
  parameter("device", device, any_value(), "where runs compute: cpu, cuda (any GPU), cuda:N, or auto");
}

void EvaluationSettings::declare(Parameters& parameter) {
  parameter("interval", interval, between(1, kMostSteps), "environment steps between evaluations");
  parameter("episodes", episodes, between(1, 1'000'000), "episodes of one evaluation");
  parameter("mode", mode, one_of({"deterministic", "sampled"}), "how the evaluated policy acts");
  parameter("seeds", seeds, one_of({"fresh", "fixed"}), "new initial states at every evaluation, or the same ones");
  parameter("absolute", absolute, any_value(),
            "evaluate the best policy again over ten times the episodes, at the end");
}

void SlurmSettings::declare(Parameters& parameter) {
  parameter("partition", partition, any_value(), "partition; empty: the cluster's default");
  parameter("time_limit", time_limit, any_value(), "of one run, HH:MM:SS or D-HH:MM:SS; empty: the partition's");
  parameter("memory", memory, any_value(), "of one run, such as 4G; empty: the cluster's default");
  parameter("throttle", throttle, between(0, 1e6), "runs at once; 0: no limit");
  parameter("gpus", gpus, between(0, 64), "GPUs for each run");
  parameter("extra", extra, any_value(), "more options of sbatch, separated by spaces");
}

namespace {

bool is_number(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "05" to "59", two digits as the message says; hours up to 23 beside days.
bool is_below(std::string_view text, int limit) {
  return is_number(text, 2, 2) && std::stoi(std::string(text)) < limit;
}

// What else than HH:MM:SS and D-HH:MM:SS Slurm would take, and mean something else by.
std::optional<std::string> time_problem(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::string expected = "HH:MM:SS or D-HH:MM:SS";
  const std::size_t dash = text.find('-');
  const std::string_view clock = std::string_view(text).substr(dash == std::string::npos ? 0 : dash + 1);
  const std::size_t first = clock.find(':');
  if (dash == std::string::npos && is_number(text, 1, 6))
    return expected + "; a number alone is minutes for Slurm: write " + text + ":00:00 for hours";
  if (first == std::string_view::npos) return expected;
  const std::string_view hours = clock.substr(0, first);
  const std::string_view rest = clock.substr(first + 1);
  if (dash == std::string::npos && is_number(hours, 1, 4) && is_below(rest, 60))
    return expected + "; this is minutes:seconds for Slurm; write " + text + ":00";
  const bool days = dash == std::string::npos || is_number(std::string_view(text).substr(0, dash), 1, 4);
  const bool valid = days && (dash == std::string::npos ? is_number(hours, 1, 4) : is_below(hours, 24)) &&
                     rest.size() == 5 && rest[2] == ':' && is_below(rest.substr(0, 2), 60) &&
                     is_below(rest.substr(3), 60);
  if (!valid) return expected;
  if (text.find_first_of("123456789") == std::string::npos)
    return expected + " of some length; zero is no limit for Slurm: leave time_limit out for the partition's own";
  const auto number = [](std::string_view digits) { return std::stoll(std::string(digits)); };
  const std::int64_t day = dash == std::string::npos ? 0 : number(std::string_view(text).substr(0, dash));
  const std::int64_t minutes = (24 * day + number(hours)) * 60 + number(rest.substr(0, 2));
  if (60 * minutes + number(rest.substr(3)) < kLeastJobSeconds)
    return "at least 00:05:00, of which the last three minutes are kept for writing a checkpoint";
  return std::nullopt;
}

std::optional<std::string> memory_problem(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::string expected = "a size such as 4G";
  std::string_view rest = text;
  rest.remove_prefix(std::min(rest.find_first_not_of("0123456789"), rest.size()));
  const std::string number = text.substr(0, text.size() - rest.size());
  if (!is_number(number, 1, 9)) return expected;
  if (rest.empty())
    return expected + "; a number alone is megabytes for Slurm: write " + number + "G or " + number + "M";
  const bool unit = std::string_view("KMGTkmgt").find(rest.front()) != std::string_view::npos;
  if (!unit || (rest.size() > 1 && rest.substr(1) != "B")) return expected;
  if (number.find_first_of("123456789") == std::string::npos)
    return expected + ", and more than 0, which is all memory of a node for Slurm";
  return std::nullopt;
}

/// An option of sbatch that `extra` may not have: the script has it already, or submitting depends on it.
struct OwnOption {
  std::string_view name;
  char letter = 0;              // the short form; 0: none
  std::string_view place = {};  // the setting it belongs to; empty: none
};

constexpr std::array kOwnOptions = {OwnOption{"array", 'a'},
                                    OwnOption{"cpus-per-task", 'c'},
                                    OwnOption{"gpus", 'G', "gpus"},
                                    OwnOption{"gpus-per-node", 0, "gpus"},
                                    OwnOption{"gpus-per-socket", 0, "gpus"},
                                    OwnOption{"gpus-per-task", 0, "gpus"},
                                    OwnOption{"gres", 0, "gpus"},
                                    OwnOption{"job-name", 'J'},
                                    OwnOption{"mem", 0, "memory"},
                                    OwnOption{"no-requeue"},
                                    OwnOption{"ntasks", 'n'},
                                    OwnOption{"open-mode"},
                                    OwnOption{"output", 'o'},
                                    OwnOption{"partition", 'p', "partition"},
                                    OwnOption{"requeue"},
                                    OwnOption{"signal"},
                                    OwnOption{"test-only"},
                                    OwnOption{"time", 't', "time_limit"},
                                    OwnOption{"wait", 'W'},
                                    OwnOption{"wrap"}};

/// The one that a word is, such as "--time=5", "-t5" or "--no-req", which sbatch takes for --no-requeue.
const OwnOption* own_option(std::string_view word) {
  const bool is_long = word.starts_with("--");
  const std::string_view name = word.substr(2, word.find('=') - 2);
  const auto found = std::ranges::find_if(
      kOwnOptions, [&](const OwnOption& own) { return is_long ? own.name.starts_with(name) : word[1] == own.letter; });
  return found == kOwnOptions.end() ? nullptr : &*found;
}

// Of two lines for one option Slurm would take the last, which is that of `extra`.
std::optional<std::string> extra_problem(const std::string& extra, std::int64_t gpus) {
  std::istringstream words(extra);
  bool value_may_follow = false;
  for (std::string word; words >> word;) {
    if (!word.starts_with('-') && std::exchange(value_may_follow, false)) continue;
    if (!word.starts_with('-') || word.find_first_not_of('-') == std::string::npos)
      return "options of sbatch, each with \"-\" or \"--\" before it, which \"" + word + "\" has not";
    const OwnOption* own = own_option(word);
    const bool is_free = own != nullptr && own->name == "gres" && gpus == 0;  // the script has none then
    if (own != nullptr && !is_free) {
      const std::string name = "--" + std::string(own->name);
      return "options of sbatch other than " + name +
             (own->place.empty() ? ", which tutti sets itself" : ", which " + std::string(own->place) + " is for");
    }
    value_may_follow = word.find('=') == std::string::npos && (word.starts_with("--") || word.size() == 2);
  }
  return std::nullopt;
}

}  // namespace

std::map<std::string, std::string> SlurmSettings::problems() const {
  const auto made_of = [](const std::string& text, std::string_view allowed) {
    return std::ranges::all_of(text, [&](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || allowed.find(c) != std::string_view::npos;
    });
  };
  std::map<std::string, std::string> result;
  if (!made_of(partition, "_-,.")) result["partition"] = "names of partitions";
  if (const auto problem = time_problem(time_limit)) result["time_limit"] = *problem;
  if (const auto problem = memory_problem(memory)) result["memory"] = *problem;
  // These end up in a script: nothing that a shell would interpret.
  if (!made_of(extra, " _-=:,./@%+")) {
    result["extra"] = "plain options of sbatch";
  } else if (const auto problem = extra_problem(extra, gpus)) {
    result["extra"] = *problem;
  }
  return result;
}

RunSettings Run::run_settings() const { return read_parameters<RunSettings>(values_of(run_values)); }

EvaluationSettings Run::evaluation_settings() const {
  return read_parameters<EvaluationSettings>(values_of(evaluation_values));
}

std::filesystem::path Run::folder() const {
  return std::filesystem::path(task) / algorithm / ("seed-" + std::to_string(seed));
}

}  // namespace tutti::suite
