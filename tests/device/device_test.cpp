// Whole algorithms on a GPU against the same on the CPU. Where there is no GPU these tests skip themselves in words;
// one that compares the CPU with itself shows that they would find a difference.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "loader/registry.hpp"
#include "run/preparation.hpp"
#include "tutti/algorithm.hpp"

namespace tutti {
namespace {

constexpr std::int64_t kCopies = 10;
constexpr std::size_t kRows = 16;

struct IgnoredMetrics final : Metrics {
  void add(std::string_view, double) override {}
  bool wanted(std::string_view) const override { return true; }
};

loader::Registry& registry() {
  static loader::Registry plugins(loader::search_path());
  return plugins;
}

/// An algorithm on a device, trained on noise: the same noise for all.
class Trained {
 public:
  Trained(const std::string& algorithm, const std::string& device, int sweeps, std::uint64_t seed = 1) {
    for (const char* name : {"a", "b"}) environment_.agents.push_back({name, 7, 3});
    environment_.agents.push_back({"c", 5, 2});
    environment_.state_size = 9;
    environment_.episode_limit = 25;
    const AlgorithmPlugin& plugin = registry().algorithm(algorithm);
    ParameterSchema schema;
    plugin.declare(schema);
    for (const ParameterSpec& parameter : schema) values_[parameter.name] = parameter.default_value;
    for (const auto& [name, value] : ParameterValues{{"warm_up_steps", std::int64_t{100}},
                                                     {"batch_size", std::int64_t{32}},
                                                     {"updates_per_step", 0.2},
                                                     {"rollout_length", std::int64_t{10}}}) {
      if (values_.contains(name)) values_[name] = value;
    }
    algorithm_ = plugin.create({.environment = environment_,
                                .task = "noise",
                                .values = values_,
                                .copies = kCopies,
                                .environment_steps = 100'000,
                                .seed = seed,
                                .folder = {},
                                .replayed_steps = 0,
                                .device = device});
    for (int sweep = 0; sweep < sweeps; ++sweep) step();
  }

  std::int64_t updates() const { return algorithm_->updates(); }

  std::vector<std::byte> state() {
    SnapshotWriter writer;
    algorithm_->save(writer);
    return writer.bytes();
  }
  void load(const std::vector<std::byte>& state) {
    SnapshotReader reader(state);
    algorithm_->load(reader);
    reader.finish();
  }

  std::vector<float> actions() {
    const auto seen = static_cast<std::size_t>(environment_.joint_observation_size());
    const auto done = static_cast<std::size_t>(environment_.joint_action_size());
    std::vector<float> observations(kRows * seen), result(kRows * done);
    RandomStream random(3);
    random.fill_normal(std::span<float>(observations));
    algorithm_->act({observations.data(), kRows, seen}, ActMode::kSampled, random, {result.data(), kRows, done});
    return result;
  }

 private:
  void step() {
    const auto seen = static_cast<std::size_t>(environment_.joint_observation_size());
    const auto state = static_cast<std::size_t>(environment_.state_size);
    const auto done = static_cast<std::size_t>(environment_.joint_action_size());
    const auto noise = [&](std::size_t columns) {
      std::vector<float> values(kCopies * columns);
      random_.fill_normal(std::span<float>(values));
      return values;
    };
    const std::vector<float> now = noise(seen), later = noise(seen), at = noise(state), next = noise(state);
    const std::vector<float> rewards = noise(1);
    std::vector<float> actions(kCopies * done);
    std::vector<std::uint8_t> terminated(kCopies, 0), truncated(kCopies, 0);
    terminated[0] = 1;
    RandomStream policy(7);
    algorithm_->act({now.data(), kCopies, seen}, ActMode::kExplore, policy, {actions.data(), kCopies, done});
    // What replay holds does not depend on what was learned, so that differences do not feed themselves.
    if (values_.contains("warm_up_steps")) random_.fill_uniform(std::span<float>(actions), -1, 1);
    algorithm_->observe({{now.data(), kCopies, seen},
                         {at.data(), kCopies, state},
                         {actions.data(), kCopies, done},
                         rewards,
                         {later.data(), kCopies, seen},
                         {next.data(), kCopies, state},
                         terminated,
                         truncated});
    algorithm_->update(metrics_);
  }

  EnvironmentSpec environment_;
  ParameterValues values_;
  std::unique_ptr<Algorithm> algorithm_;
  RandomStream random_{1};
  IgnoredMetrics metrics_;
};

void expect_near(const std::vector<float>& some, const std::vector<float>& others, float tolerance) {
  ASSERT_EQ(some.size(), others.size());
  for (std::size_t i = 0; i < some.size(); ++i) EXPECT_NEAR(some[i], others[i], tolerance) << i;
}

class Device : public testing::TestWithParam<const char*> {
 protected:
  static constexpr int kSweeps = 20;

  std::string name() const { return GetParam(); }
  /// Why there is no GPU; empty if there is one.
  std::string missing() const { return registry().devices(name()).problem; }
};

TEST_P(Device, TheCpuTwiceGivesTheSameBitsAndAnotherSeedOthers) {
  Trained first(name(), "cpu", kSweeps), second(name(), "cpu", kSweeps), other(name(), "cpu", kSweeps, 2);
  EXPECT_GT(first.updates(), 0);
  EXPECT_EQ(first.state(), second.state());
  EXPECT_NE(first.actions(), other.actions());
}

TEST_P(Device, AGpuLearnsNearlyWhatTheCpuLearns) {
  if (!missing().empty()) GTEST_SKIP() << missing();
  Trained host(name(), "cpu", kSweeps), gpu(name(), "cuda:0", kSweeps);
  EXPECT_GT(gpu.updates(), 0);
  expect_near(gpu.actions(), host.actions(), 1e-2F);
}

TEST_P(Device, AGpuGivesTheSameBitsTwice) {
  if (!missing().empty()) GTEST_SKIP() << missing();
  Trained first(name(), "cuda:0", kSweeps), second(name(), "cuda:0", kSweeps);
  EXPECT_EQ(first.state(), second.state());
}

TEST_P(Device, ACheckpointIsTheSameFileWhicheverDeviceWroteIt) {
  if (!missing().empty()) GTEST_SKIP() << missing();
  Trained gpu(name(), "cuda:0", kSweeps), host(name(), "cpu", 0, 2);
  host.load(gpu.state());
  EXPECT_EQ(host.state(), gpu.state());
  expect_near(host.actions(), gpu.actions(), 1e-4F);
}

INSTANTIATE_TEST_SUITE_P(Of, Device,
                         testing::Values("hasac", "hatd3", "maddpg", "madpmd", "mappo", "masac", "masdac", "matd3",
                                         "omad"),
                         [](const auto& of) { return std::string(of.param); });

}  // namespace
}  // namespace tutti

int main(int argc, char** argv) {
  tutti::run::prepare_to_compute();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
