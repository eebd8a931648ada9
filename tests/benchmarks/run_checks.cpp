// What the host's checks of every step cost: actions, observations, states, rewards, what is not written, what the
// algorithm changes in its rows, the ends of episodes, and the name of the step in what an environment throws. Ten
// copies of Cooperative Navigation are stepped in one process, in turn by the loop of a run and by the same loop
// without checks. `checked_over_unchecked` is the ratio of their fastest rounds.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <array>

#include "environment.hpp"
#include "run/copies.hpp"

namespace tutti::run {
namespace {

constexpr std::size_t kCopies = 10;
constexpr std::size_t kRound = 500;  // sweeps: 5,000 environment steps
constexpr std::uint64_t kSeed = 1;

// Of this thread on a processor, so that other processes do not count.
double seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::vector<std::unique_ptr<Environment>> environments(std::int64_t agents) {
  mpe::Config config;
  config.agents = agents;
  std::vector<std::unique_ptr<Environment>> result;
  for (std::size_t copy = 0; copy < kCopies; ++copy) result.push_back(mpe::make_environment(config));
  return result;
}

class Checked {
 public:
  explicit Checked(std::int64_t agents) : copies_(environments(agents), kSeed) { copies_.start(); }

  void sweep(std::span<const float> actions) {
    std::ranges::copy(actions, copies_.unwritten_actions().data);
    copies_.step(steps_ += kCopies, [](const Environment&) {});
    benchmark::DoNotOptimize(copies_.transitions().rewards.data());
    copies_.check_unchanged();
    copies_.advance();
  }

 private:
  Copies copies_;
  std::int64_t steps_ = 0;
};

// What Copies does, without a look at any value.
class Unchecked {
 public:
  explicit Unchecked(std::int64_t agents)
      : environments_(environments(agents)),
        spec_(environments_.front()->spec()),
        actions_(kCopies * action_size()),
        observations_(kCopies * observation_size()),
        next_observations_(observations_.size()),
        states_(spec_.state_is_joint_observation ? 0 : kCopies * state_size()),
        next_states_(states_.size()) {
    for (std::size_t copy = 0; copy < kCopies; ++copy) {
      seeds_.emplace_back(derive_seed(kSeed, "environment", copy));
      restart(copy);
    }
  }

  void sweep(std::span<const float> actions) {
    std::ranges::copy(actions, actions_.begin());
    for (std::size_t copy = 0; copy < kCopies; ++copy) {
      results_[copy] = environments_[copy]->step({&actions_[copy * action_size()], action_size()});
      returns_[copy] += results_[copy].reward;
      look(copy, next_observations_, next_states_);
    }
    benchmark::DoNotOptimize(results_.data());
    std::swap(observations_, next_observations_);
    std::swap(states_, next_states_);
    for (std::size_t copy = 0; copy < kCopies; ++copy) {
      if (results_[copy].terminated || results_[copy].truncated) restart(copy);
    }
  }

 private:
  std::size_t action_size() const { return static_cast<std::size_t>(spec_.joint_action_size()); }
  std::size_t observation_size() const { return static_cast<std::size_t>(spec_.joint_observation_size()); }
  std::size_t state_size() const { return static_cast<std::size_t>(spec_.state_size); }
  void restart(std::size_t copy) {
    environments_[copy]->reset(seeds_[copy].next());
    returns_[copy] = 0;
    look(copy, observations_, states_);
  }
  void look(std::size_t copy, std::vector<float>& observations, std::vector<float>& states) {
    std::span<float> rest{&observations[copy * observation_size()], observation_size()};
    for (std::size_t agent = 0; agent < spec_.agents.size(); ++agent) {
      const auto size = static_cast<std::size_t>(spec_.agents[agent].observation_size);
      environments_[copy]->observe(agent, rest.first(size));
      rest = rest.subspan(size);
    }
    if (!states.empty()) environments_[copy]->state({&states[copy * state_size()], state_size()});
  }

  std::vector<std::unique_ptr<Environment>> environments_;
  const EnvironmentSpec& spec_;
  std::vector<RandomStream> seeds_;
  std::vector<float> actions_, observations_, next_observations_, states_, next_states_;
  std::array<StepResult, kCopies> results_{};
  std::array<double, kCopies> returns_{};
};

/// Joint actions of every copy for a round of sweeps.
std::vector<float> actions_of_a_round(std::int64_t agents) {
  std::vector<float> actions(kRound * kCopies * 2 * static_cast<std::size_t>(agents));
  RandomStream(kSeed).fill_uniform(actions, -1, 1);
  return actions;
}

/// Processor seconds of a round of sweeps.
template <class Loop>
double round_of(Loop& loop, std::span<const float> actions) {
  const std::size_t columns = actions.size() / kRound;
  const double start = seconds();
  for (std::size_t sweep = 0; sweep < kRound; ++sweep) loop.sweep(actions.subspan(sweep * columns, columns));
  return seconds() - start;
}

void BM_ChecksOfEveryStep(benchmark::State& state) {
  Checked checked(state.range(0));
  Unchecked unchecked(state.range(0));
  const std::vector<float> actions = actions_of_a_round(state.range(0));
  double with = 1e9, without = 1e9;
  for (auto _ : state) {
    const double round = round_of(checked, actions);
    state.SetIterationTime(round);
    with = std::min(with, round);
    without = std::min(without, round_of(unchecked, actions));
  }
  constexpr double kSteps = kRound * kCopies;
  state.counters["checked_ns"] = 1e9 * with / kSteps;
  state.counters["unchecked_ns"] = 1e9 * without / kSteps;
  state.counters["checked_over_unchecked"] = with / without;
}
BENCHMARK(BM_ChecksOfEveryStep)->ArgName("agents")->Arg(3)->Arg(4)->UseManualTime()->Iterations(200);

}  // namespace
}  // namespace tutti::run
