#include "suite/plan.hpp"

#include <algorithm>
#include <cctype>

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
  parameter("stall_timeout", stall_timeout, at_least(0),
            "seconds without progress after which a run counts as hanging; 0: never");
}

void EvaluationSettings::declare(Parameters& parameter) {
  parameter("interval", interval, between(1, kMostSteps), "environment steps between evaluations");
  parameter("episodes", episodes, between(1, 1'000'000), "episodes of one evaluation");
  parameter("mode", mode, one_of({"deterministic", "sampled"}), "how the evaluated policy acts");
  parameter("seeds", seeds, one_of({"fresh", "fixed"}), "new initial states at every evaluation, or the same ones");
  parameter("absolute", absolute, any_value(),
            "evaluate the best policy afresh over ten times the episodes, at the end");
}

void SlurmSettings::declare(Parameters& parameter) {
  parameter("partition", partition, any_value(), "partition; empty: the cluster's default");
  parameter("time_limit", time_limit, any_value(), "of one run, HH:MM:SS or D-HH:MM:SS; empty: the partition's");
  parameter("memory", memory, any_value(), "of one run, such as 4G; empty: the cluster's default");
  parameter("throttle", throttle, at_least(0), "runs at once; 0: no limit");
  parameter("extra", extra, any_value(), "more options of sbatch, separated by spaces");
}

std::map<std::string, std::string> SlurmSettings::problems() const {
  const auto made_of = [](const std::string& text, std::string_view allowed) {
    return std::ranges::all_of(text, [&](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || allowed.find(c) != std::string_view::npos;
    });
  };
  std::map<std::string, std::string> result;
  if (!made_of(partition, "_-,.")) result["partition"] = "names of partitions";
  const bool timed = time_limit.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos;
  if (!made_of(time_limit, ":-") || !timed) result["time_limit"] = "HH:MM:SS or D-HH:MM:SS";
  const bool sized = memory.empty() || std::isdigit(static_cast<unsigned char>(memory.front())) != 0;
  if (!made_of(memory, "") || !sized) result["memory"] = "a size such as 4G";
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
