// The evaluation protocol: when, from which initial states and with which policy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/run_record.hpp"
#include "run/recorder.hpp"
#include "suite/plan.hpp"
#include "tutti/algorithm.hpp"

namespace tutti::run {

/// Names of the random streams, each with a seed of its own that derives from the run's.
inline constexpr const char* kAlgorithmStream = "algorithm";
inline constexpr const char* kPolicyStream = "policy";  // acting while training
inline constexpr const char* kEnvironmentStream = "environment";
inline constexpr const char* kEvaluationStream = "evaluation";  // initial states
inline constexpr const char* kEvaluationPolicyStream = "evaluation policy";
inline constexpr const char* kAbsoluteStream = "absolute evaluation";
inline constexpr const char* kAbsolutePolicyStream = "absolute evaluation policy";
inline constexpr std::array kStreams = {kAlgorithmStream,     kPolicyStream,           kEnvironmentStream,
                                        kEvaluationStream,    kEvaluationPolicyStream, kAbsoluteStream,
                                        kAbsolutePolicyStream};

using results::kAbsoluteFactor;

/// Evaluation k belongs to step k times the interval, from 0 up to the budget.
std::int64_t planned_evaluations(const suite::RunSettings& run, const suite::EvaluationSettings& evaluation);

/// Seeds of the initial states of evaluation `index`: new ones for each, or always those of the first.
std::vector<std::uint64_t> evaluation_seeds(std::uint64_t run_seed, const suite::EvaluationSettings& evaluation,
                                            std::int64_t index);
std::vector<std::uint64_t> absolute_seeds(std::uint64_t run_seed, const suite::EvaluationSettings& evaluation);

ActMode act_mode(const suite::EvaluationSettings& evaluation);

/// The first 16 hexadecimal digits of the SHA-256 of what Algorithm::save_policy() wrote.
std::string policy_digest(std::span<const std::byte> policy);

/// The policy of the evaluation with the highest mean return, the earliest on a tie.
struct BestPolicy {
  EvaluationPoint point;
  double mean_return = 0;
  std::vector<std::byte> policy;  // what Algorithm::save_policy() wrote

  void save(SnapshotWriter& writer) const;
  void load(SnapshotReader& reader);
};

/// Sealed file of the best policy, below a run's folder, written by BestPolicy::save().
inline constexpr const char* kBestPolicyFile = "checkpoint/best_policy.snapshot";

/// The same of the newest policy, written with every checkpoint, so that it can be watched without all that training
/// needs. No evaluation belongs to it: its mean return is NaN.
inline constexpr const char* kLastPolicyFile = "checkpoint/last_policy.snapshot";

void write_policy(const std::filesystem::path& file, const BestPolicy& policy);
void write_best_policy(const std::filesystem::path& run_folder, const BestPolicy& best);

}  // namespace tutti::run
