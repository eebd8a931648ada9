// Keeps a run's run.json up to date, from its first moment to its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loader/registry.hpp"
#include "results/run_record.hpp"
#include "run/provenance.hpp"
#include "run/training.hpp"
#include "suite/plan.hpp"

namespace tutti::run {

/// The suite's folder, given a run's folder and the part of it below the suite's.
std::filesystem::path suite_folder(const std::filesystem::path& run_folder, const std::filesystem::path& relative);

/// The protocol of a run, as its record has it.
results::Protocol protocol_of(const suite::Run& run);

/// "3, 3, 4" for agents that differ, "3" for agents that do not.
std::string joined_sizes(const EnvironmentSpec& spec, std::int64_t AgentSpec::*size);

/// Bytes of <folder>/log.txt; 0 if there is none.
std::uintmax_t log_size(const std::filesystem::path& folder);

/// The last lines of <folder>/log.txt after its first `start` bytes, or all of a stack trace; empty if it cannot be
/// read.
std::vector<std::string> last_log_lines(const std::filesystem::path& folder, std::uintmax_t start);

class Journal {
 public:
  /// Writes run.json as running, with a new segment after those of earlier attempts. Throws FileError.
  Journal(const suite::Run& run, std::filesystem::path folder, std::int64_t jobs);

  /// What earlier attempts recorded that they were made with; empty if there was none.
  Provenance before() const { return {record_.plugins, record_.libraries}; }

  /// run::changed_arithmetic() since earlier attempts.
  std::vector<std::string> changed_arithmetic() const;

  /// What fixes the numbers of the task and is not as earlier attempts recorded it: "fact speed: 5.0, was 0.1".
  std::vector<std::string> changed_facts(const EnvironmentSpec& spec) const;

  /// Keeps some room on the disk, so that a failure can be recorded when there is no more; and gives it back. Throws
  /// FileError if there is not even that much.
  void keep_reserve();
  void release_reserve();

  /// Adds what is known once the plugins are open. Throws FileError.
  void describe(loader::Registry& registry, const Training& training);

  /// Writes progress and time, without waiting for the disk.
  void refresh(const Training& training);

  /// Writes how the run ended. Throws FileError.
  void finish(const Training& training);
  void interrupt(const Training& training);
  void fail(const results::Failure& failure, const Training* training);  // null: it failed before there was one

 private:
  void end(results::RunState status);
  void take_figures(const Training& training);
  void take_digests(const Training& training);

  suite::Run run_;
  std::filesystem::path folder_;
  std::int64_t jobs_;
  results::RunRecord record_;
};

/// Records an end that the worker could not, because it crashed, hung or was killed, with its last report: a failure,
/// or that it was interrupted. Throws FileError.
void record_end(const suite::Run& run, const std::filesystem::path& folder, std::int64_t jobs,
                const std::optional<results::Failure>& failure, const Progress& reported);

}  // namespace tutti::run
