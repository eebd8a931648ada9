// The tables and events of one run: evaluations.csv, timing.csv, training.csv, coverage.csv, TensorBoard's file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "results/event_file.hpp"
#include "results/table.hpp"
#include "run/coverage.hpp"
#include "run/evaluation.hpp"
#include "run/stopwatch.hpp"

namespace tutti::run {

/// Where each file ended, by name.
using TableEnds = std::map<std::string, results::TableEnd>;

/// Where an evaluation belongs.
struct EvaluationPoint {
  std::int64_t index = 0;        // k
  std::int64_t step = 0;         // nominal environment steps, k times the interval
  std::int64_t actual_step = 0;  // when it happened
};

/// A row of training.csv, apart from the time columns.
struct TrainingRow {
  std::int64_t step = 0;
  std::int64_t updates = 0;
  std::int64_t episodes = 0;
  std::optional<double> episode_return;
  std::vector<std::optional<double>> metrics;
};

/// The time columns of training.csv. Rates are those since the row before.
struct TrainingTimes {
  double seconds = 0;
  double steps_per_second = 0;
  double updates_per_second = 0;
};

class Recorder {
 public:
  /// Continues at the `ends` of the files, which cuts off what came after a checkpoint; empty: starts them. Throws
  /// Error if what came before was changed, FileError.
  Recorder(std::filesystem::path folder, const EnvironmentSpec& spec, std::vector<std::string> metrics,
           const TableEnds& ends);

  /// `policy`: digest of the policy that played.
  void add_evaluation(const EvaluationPoint& point, std::string_view policy, std::span<const Episode> episodes);
  void add_timing(const EvaluationPoint& point, const Stopwatch& stopwatch, double evaluate_seconds);
  void add_training(const TrainingRow& row, const TrainingTimes& times, const Coverage* coverage);

  /// Replaces absolute.csv.
  void write_absolute(const EvaluationPoint& best, std::string_view policy, std::span<const Episode> episodes);

  /// Flushes everything to the disk itself and gives the ends, for a checkpoint.
  TableEnds flush();

  /// SHA-256 of every table as it was written, by file name.
  std::map<std::string, std::string> digests() const;

 private:
  TableEnds ends() const;
  void add_coverage(std::int64_t step, const Coverage& coverage);

  std::filesystem::path folder_;
  std::vector<std::string> episode_columns_;
  std::vector<std::string> metrics_;
  results::Table evaluations_;
  results::Table timing_;
  results::Table training_;
  std::optional<results::Table> coverage_;
  results::EventFile events_;
  std::string absolute_digest_;  // empty until there is one
};

}  // namespace tutti::run
