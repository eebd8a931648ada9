// plan.json: what a suite planned, so that reports and `status` need neither the suite file nor any plugin.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "results/run_record.hpp"
#include "tutti/environment.hpp"

namespace tutti::results {

struct PlannedTask {
  std::string label;
  std::string family;  // the environment plugin
  std::optional<ReferenceRange> reference = {};
  std::string title = {};                 // as reports show it; empty: the label
  std::optional<Protocol> protocol = {};  // where it is not the plan's
};

struct PlannedAlgorithm {
  std::string label;
  std::string name;  // the algorithm plugin
  bool proposed = false;
  std::string title = {};
};

struct PlannedRun {
  std::string task;
  std::string algorithm;
  std::uint64_t seed = 0;
  std::string folder;  // below the suite's
  // What it was begun with instead of the suite's settings, "algorithm.discount: 0.99, was 0.95", and kept.
  std::vector<std::string> kept = {};
};

/// Returns that a suite maps to 0 and 1 in place of a task's reference range.
struct PlannedBounds {
  double low = 0;
  double high = 0;
};

/// A report option as the suite gives it.
using ReportOption = std::variant<bool, std::int64_t, double, std::string>;

struct PlanRecord {
  std::string suite;
  std::string file;                  // the suite file, as it was given
  std::vector<std::string> command;  // what to type after "tutti" to continue: run, the whole path of the file, options
  std::string digest;                // SHA-256 of the file's content
  Protocol protocol;                 // of the tasks that have none of their own
  std::vector<PlannedTask> tasks;
  std::vector<PlannedAlgorithm> algorithms;
  std::vector<std::uint64_t> seeds;
  std::map<std::string, ReportOption> report_options;  // those that the suite sets
  std::map<std::string, PlannedBounds> bounds;         // by task
  std::map<std::string, double> thresholds;            // by task
  std::vector<PlannedRun> runs;

  /// What the runs of a task are made by.
  const Protocol& protocol_of(std::string_view task) const;
};

/// Replaces <folder>/plan.json. Throws FileError.
void write_plan(const std::filesystem::path& folder, const PlanRecord& plan);

/// Throws Error, starting with the file, if there is none or it cannot be understood.
PlanRecord read_plan_record(const std::filesystem::path& folder);

/// Folders of finished runs below `folder` that `plan` does not name, such as those of seeds that it no longer lists;
/// sorted. Links are not followed.
std::vector<std::string> unplanned_runs(const std::filesystem::path& folder, const PlanRecord& plan);

/// Says so in one sentence, naming the first of them; empty if there is none.
std::string unplanned_text(const std::vector<std::string>& folders);

}  // namespace tutti::results
