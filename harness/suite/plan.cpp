#include "suite/plan.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

namespace tutti::suite {

ParameterValues values_of(const ResolvedValues& resolved) {
  ParameterValues result;
  for (const auto& [name, entry] : resolved) result.emplace(name, entry.value);
  return result;
}

// More than any run will ever do, and far from where sums of steps overflow.
constexpr double kMostSteps = 1e15;

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
  if (!made_of(extra, " _-=:,./@%+")) result["extra"] = "plain options of sbatch";
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
