// Writes result folders as a suite leaves them, from numbers given by a test.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reports/analysis/analysis.hpp"
#include "results/plan_record.hpp"
#include "results/run_record.hpp"

namespace tutti::reports {

struct FakeRun {
  std::string task, algorithm;
  std::int64_t seed = 0;
  std::vector<std::vector<double>> evaluations;  // [k][episode]
  std::vector<double> absolute;                  // ten times as many episodes; empty: no file
  results::RunRecord record;                     // filled by write(), apart from what a test has set
  std::vector<double> train_seconds;             // of each evaluation; empty: ten seconds each
  std::vector<double> train_cpu_seconds;         // the same; empty: not recorded, as by earlier builds
  std::vector<std::vector<double>> coverage;     // rows: step, bins, visited, inside, outside, entropy
  std::int64_t updates = 100;
  std::string configuration = "[algorithm_values]\ndiscount = 0.99  # default\n";
};

/// A suite with the tasks, algorithms and seeds of its runs.
class SuiteFolder {
 public:
  /// An empty folder of its own, removed at the end. Evaluations come every `interval` environment steps.
  SuiteFolder(std::int64_t evaluations, std::int64_t episodes, std::int64_t interval = 1000);
  ~SuiteFolder();
  SuiteFolder(const SuiteFolder&) = delete;
  SuiteFolder& operator=(const SuiteFolder&) = delete;

  /// Plans a run and writes its folder as that of a finished run.
  std::filesystem::path add(FakeRun run);

  /// Plans a run that was never started.
  void add_missing(const std::string& task, const std::string& algorithm, std::int64_t seed);

  /// Gives the task a budget of its own, before its runs are added.
  void own_budget(const std::string& task, std::int64_t evaluations, std::int64_t interval);

  void propose(const std::string& algorithm);
  void set_option(const std::string& name, const results::ReportOption& value);

  /// Writes plan.json and gives the folder.
  const std::filesystem::path& write();

  std::filesystem::path folder_of(const std::string& task, const std::string& algorithm, std::int64_t seed) const;
  results::PlanRecord plan;

 private:
  void plan_run(const std::string& task, const std::string& algorithm, std::int64_t seed);
  results::PlannedTask& planned_task(const std::string& task);

  std::filesystem::path path_;
};

/// Marks the run in `folder` as failed.
void fail(const std::filesystem::path& folder, const std::string& kind);

/// A run whose evaluations have two episodes around each of `means`, and whose absolute evaluation has `absolute`.
FakeRun plain_run(const std::string& task, const std::string& algorithm, std::int64_t seed,
                  const std::vector<double>& means, double absolute);

/// The analysis of one folder.
Analysis analyse_folder(const std::filesystem::path& folder, const ReportOptions& options = {});

/// Options with few replicates.
ReportOptions quick_options();

std::string read_text(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, const std::string& text);

}  // namespace tutti::reports
