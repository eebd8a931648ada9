// Two agents on a line look for a target each: the task that algorithms are verified on. Small, exact and well behaved;
// the agents see different things.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "tutti/environment.hpp"
#include "tutti/random.hpp"

namespace tutti::verify {

class LineEnvironment : public Environment {
 public:
  explicit LineEnvironment(std::int64_t episode_limit) {
    spec_.agents = {{"left", 2, 1}, {"right", 3, 1}};
    spec_.state_size = 4;
    spec_.episode_limit = episode_limit;
    spec_.reward_terms = {"distance"};
    spec_.coverage = {{"left", -1, 1, 10}};
    spec_.facts = {{"speed", "0.1"}};
  }

  const EnvironmentSpec& spec() const override { return spec_; }

  void reset(std::uint64_t seed) override {
    RandomStream random(seed);
    for (double& position : positions_) position = random.uniform(-1, 1);
    for (double& target : targets_) target = random.uniform(-1, 1);
    steps_ = 0;
  }

  StepResult step(std::span<const float> joint_action) override {
    if (joint_action.size() != 2)
      throw Error("line: joint action has " + std::to_string(joint_action.size()) + " values; expected 2");
    for (std::size_t agent = 0; agent < 2; ++agent) {
      if (!std::isfinite(joint_action[agent])) throw Error("line: an action is not finite");
      positions_[agent] = std::clamp(positions_[agent] + 0.1 * static_cast<double>(joint_action[agent]), -1.0, 1.0);
    }
    ++steps_;
    return {.reward = -distance(), .terminated = distance() < 0.05, .truncated = steps_ == spec_.episode_limit};
  }

  void observe(std::size_t agent, std::span<float> out) const override {
    out[0] = static_cast<float>(positions_[agent]);
    out[1] = static_cast<float>(targets_[agent]);
    if (agent == 1) out[2] = static_cast<float>(positions_[0]);
  }

  void state(std::span<float> out) const override {
    for (std::size_t agent = 0; agent < 2; ++agent) {
      out[2 * agent] = static_cast<float>(positions_[agent]);
      out[2 * agent + 1] = static_cast<float>(targets_[agent]);
    }
  }

  void reward_terms(std::span<double> out) const override { out[0] = -distance(); }
  void coverage(std::span<double> out) const override { out[0] = positions_[0]; }

  void save(SnapshotWriter& writer) const override {
    writer.values<double>("positions", positions_);
    writer.values<double>("targets", targets_);
    writer.value<std::int64_t>("steps", steps_);
  }

  void load(SnapshotReader& reader) override {
    reader.values<double>("positions", positions_);
    reader.values<double>("targets", targets_);
    steps_ = reader.value<std::int64_t>("steps");
  }

 protected:
  std::int64_t steps() const { return steps_; }

 private:
  double distance() const { return std::abs(positions_[0] - targets_[0]) + std::abs(positions_[1] - targets_[1]); }

  EnvironmentSpec spec_;
  std::array<double, 2> positions_{};
  std::array<double, 2> targets_{};
  std::int64_t steps_ = 0;
};

}  // namespace tutti::verify
