#include "toy_tasks.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "tutti/random.hpp"

namespace tutti {
namespace {

double bump(double squared_distance, double width) { return std::exp(-squared_distance / (2 * width * width)); }

double square(double x) { return x * x; }

EnvironmentSpec two_agents(std::int64_t observation_size, std::int64_t state_size, std::int64_t episode_limit) {
  EnvironmentSpec spec;
  spec.agents = {{"first", observation_size, 1}, {"second", observation_size, 1}};
  spec.state_size = state_size;
  spec.episode_limit = episode_limit;
  return spec;
}

/// One step, then terminated. Its observation and state are a constant 0; its reward terms are the two actions.
class Bandit final : public Environment {
 public:
  using Reward = double (*)(double first, double second);
  explicit Bandit(Reward reward) : spec_(two_agents(1, 1, 1)), reward_(reward) {
    spec_.reward_terms = {"first_action", "second_action"};
  }

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(std::uint64_t) override {}
  StepResult step(std::span<const float> action) override {
    std::copy_n(action.begin(), 2, actions_.begin());
    return {reward_(action[0], action[1]), true, false};
  }
  void observe(std::size_t, std::span<float> out) const override { out[0] = 0; }
  void state(std::span<float> out) const override { out[0] = 0; }
  void reward_terms(std::span<double> out) const override { std::copy(actions_.begin(), actions_.end(), out.begin()); }
  void save(SnapshotWriter& writer) const override { writer.values<double>("actions", actions_); }
  void load(SnapshotReader& reader) override { reader.values<double>("actions", actions_); }

 private:
  EnvironmentSpec spec_;
  Reward reward_;
  std::array<double, 2> actions_{};
};

class LineSpread final : public Environment {
 public:
  LineSpread() : spec_(two_agents(2, 2, kSteps)) {}

  const EnvironmentSpec& spec() const override { return spec_; }

  void reset(std::uint64_t seed) override {
    RandomStream random(seed);
    for (double& position : positions_) position = random.uniform(-1, 1);
    steps_ = 0;
  }

  StepResult step(std::span<const float> action) override {
    for (std::size_t i = 0; i < 2; ++i) positions_[i] = std::clamp(positions_[i] + 0.4 * action[i], -2.0, 2.0);
    double reward = 0;
    for (const double landmark : {-0.5, 0.5}) {
      reward -= std::min(std::abs(positions_[0] - landmark), std::abs(positions_[1] - landmark));
    }
    return {reward, false, ++steps_ == kSteps};
  }

  void observe(std::size_t agent, std::span<float> out) const override {
    out[0] = static_cast<float>(positions_[agent]);
    out[1] = static_cast<float>(positions_[1 - agent]);
  }
  void state(std::span<float> out) const override {
    for (std::size_t i = 0; i < 2; ++i) out[i] = static_cast<float>(positions_[i]);
  }

  void save(SnapshotWriter& writer) const override {
    writer.values<double>("positions", positions_);
    writer.value<std::int64_t>("steps", steps_);
  }
  void load(SnapshotReader& reader) override {
    reader.values<double>("positions", positions_);
    steps_ = reader.value<std::int64_t>("steps");
  }

 private:
  static constexpr std::int64_t kSteps = 5;
  EnvironmentSpec spec_;
  std::array<double, 2> positions_{};
  std::int64_t steps_ = 0;
};

}  // namespace

std::unique_ptr<Environment> make_separable_bandit() {
  return std::make_unique<Bandit>([](double first, double second) {
    return bump(square(first - 0.6), 0.2) + bump(square(first + 0.6), 0.2) - square(second - 0.3);
  });
}

std::unique_ptr<Environment> make_coordination_bandit() {
  return std::make_unique<Bandit>([](double first, double second) {
    return bump(square(first - 0.6) + square(second - 0.6), 0.25) +
           bump(square(first + 0.6) + square(second + 0.6), 0.25);
  });
}

std::unique_ptr<Environment> make_line_spread() { return std::make_unique<LineSpread>(); }

}  // namespace tutti
