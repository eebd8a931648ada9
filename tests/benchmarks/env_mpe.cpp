// Speed of Cooperative Navigation on one core: a step alone, and with all that training asks for after it.
#include <benchmark/benchmark.h>

#include "environment.hpp"

namespace tutti::mpe {
namespace {

constexpr std::size_t kActions = 64;  // joint actions to go through

class Player {
 public:
  explicit Player(std::int64_t agents) : environment_(make(agents)), spec_(environment_->spec()) {
    RandomStream random(1);
    actions_.resize(kActions * action_size());
    random.fill_uniform(actions_, -1, 1);
    observations_.resize(static_cast<std::size_t>(spec_.joint_observation_size()));
    state_.resize(static_cast<std::size_t>(spec_.state_size));
  }

  void step() {
    const std::size_t row = steps_++ % kActions;
    if (environment_->step(std::span(actions_).subspan(row * action_size(), action_size())).truncated) {
      environment_->reset(steps_);
    }
  }

  void look() {
    std::span<float> rest = observations_;
    for (std::size_t agent = 0; agent < spec_.agents.size(); ++agent) {
      const auto size = static_cast<std::size_t>(spec_.agents[agent].observation_size);
      environment_->observe(agent, rest.first(size));
      rest = rest.subspan(size);
    }
    environment_->state(state_);
    benchmark::DoNotOptimize(observations_.data());
    benchmark::DoNotOptimize(state_.data());
  }

 private:
  static std::unique_ptr<Environment> make(std::int64_t agents) {
    Config config;
    config.agents = agents;
    return make_environment(config);
  }
  std::size_t action_size() const { return static_cast<std::size_t>(spec_.joint_action_size()); }

  std::unique_ptr<Environment> environment_;
  const EnvironmentSpec& spec_;
  std::vector<float> actions_;
  std::vector<float> observations_;
  std::vector<float> state_;
  std::size_t steps_ = 0;
};

void BM_CooperativeNavigationStep(benchmark::State& state) {
  Player player(state.range(0));
  for (auto _ : state) player.step();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CooperativeNavigationStep)->ArgName("agents")->Arg(3)->Arg(4);

void BM_CooperativeNavigationStepAndLook(benchmark::State& state) {
  Player player(state.range(0));
  for (auto _ : state) {
    player.step();
    player.look();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CooperativeNavigationStepAndLook)->ArgName("agents")->Arg(3)->Arg(4);

}  // namespace
}  // namespace tutti::mpe
