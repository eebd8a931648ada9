#include "run/protocol.hpp"

#include "digest/digest.hpp"
#include "run/checkpoint.hpp"
#include "tutti/random.hpp"

namespace tutti::run {
namespace {

std::vector<std::uint64_t> episode_seeds(std::uint64_t seed, std::int64_t count) {
  std::vector<std::uint64_t> seeds;
  for (std::int64_t episode = 0; episode < count; ++episode) {
    seeds.push_back(derive_seed(seed, "episode", static_cast<std::uint64_t>(episode)));
  }
  return seeds;
}

}  // namespace

std::int64_t planned_evaluations(const suite::RunSettings& run, const suite::EvaluationSettings& evaluation) {
  return run.environment_steps / evaluation.interval + 1;
}

std::vector<std::uint64_t> evaluation_seeds(std::uint64_t run_seed, const suite::EvaluationSettings& evaluation,
                                            std::int64_t index) {
  const auto drawn = static_cast<std::uint64_t>(evaluation.seeds == "fixed" ? 0 : index);
  return episode_seeds(derive_seed(run_seed, kEvaluationStream, drawn), evaluation.episodes);
}

std::vector<std::uint64_t> absolute_seeds(std::uint64_t run_seed, const suite::EvaluationSettings& evaluation) {
  return episode_seeds(derive_seed(run_seed, kAbsoluteStream), kAbsoluteFactor * evaluation.episodes);
}

ActMode act_mode(const suite::EvaluationSettings& evaluation) {
  return evaluation.mode == "sampled" ? ActMode::kSampled : ActMode::kDeterministic;
}

std::string policy_digest(std::span<const std::byte> policy) {
  return sha256({reinterpret_cast<const char*>(policy.data()), policy.size()}).substr(0, 16);
}

void BestPolicy::save(SnapshotWriter& writer) const {
  writer.value("best_evaluation", point.index);
  writer.value("best_step", point.step);
  writer.value("best_actual_step", point.actual_step);
  writer.value("best_mean_return", mean_return);
  writer.values<std::uint8_t>("best_policy", {reinterpret_cast<const std::uint8_t*>(policy.data()), policy.size()});
}

void BestPolicy::load(SnapshotReader& reader) {
  point.index = reader.value<std::int64_t>("best_evaluation");
  point.step = reader.value<std::int64_t>("best_step");
  point.actual_step = reader.value<std::int64_t>("best_actual_step");
  mean_return = reader.value<double>("best_mean_return");
  const auto bytes = reader.vector<std::uint8_t>("best_policy");
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  policy.assign(first, first + bytes.size());
}

void write_best_policy(const std::filesystem::path& run_folder, const BestPolicy& best) {
  write_policy(run_folder / kBestPolicyFile, best);
}

void write_policy(const std::filesystem::path& file, const BestPolicy& policy) {
  SnapshotWriter writer;
  policy.save(writer);
  write_sealed(file, writer.bytes());
}

}  // namespace tutti::run
