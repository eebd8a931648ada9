#include "environment_checks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <ostream>

namespace {

std::atomic<std::size_t> allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace tutti {
namespace {

void look(const Environment& environment, Sight& sight) {
  std::span<float> rest = sight.observations;
  for (std::size_t agent = 0; agent < environment.spec().agents.size(); ++agent) {
    const auto size = static_cast<std::size_t>(environment.spec().agents[agent].observation_size);
    environment.observe(agent, rest.first(size));
    rest = rest.subspan(size);
  }
  environment.state(sight.state);
  environment.reward_terms(sight.terms);
  environment.coverage(sight.coverage);
}

Sight room_for(const EnvironmentSpec& spec) {
  Sight sight;
  sight.observations.resize(static_cast<std::size_t>(spec.joint_observation_size()));
  sight.state.resize(static_cast<std::size_t>(spec.state_size));
  sight.terms.resize(spec.reward_terms.size());
  sight.coverage.resize(spec.coverage.size() * static_cast<std::size_t>(spec.coverage_points));
  return sight;
}

bool same(const StepResult& a, const StepResult& b) {
  return a.reward == b.reward && a.terminated == b.terminated && a.truncated == b.truncated;
}

bool over(const StepResult& result) { return result.terminated || result.truncated; }

struct Episode {
  std::vector<double> rewards;
  std::vector<Sight> sights;
  bool operator==(const Episode&) const = default;
};

Episode play(Environment& environment, std::uint64_t seed, int steps) {
  Episode episode;
  RandomStream random(3);
  environment.reset(seed);
  episode.sights.push_back(look(environment));
  for (int i = 0; i < steps; ++i) {
    const StepResult result = environment.step(random_action(environment.spec(), random));
    episode.rewards.push_back(result.reward);
    episode.sights.push_back(look(environment));
    if (over(result)) break;
  }
  return episode;
}

// Both environments see the same actions from here on.
void expect_same_rest(Environment& original, Environment& copy, RandomStream& random) {
  Sight expected = look(original);
  Sight seen = look(copy);
  ASSERT_EQ(expected, seen);
  for (int step = 0;; ++step) {
    const auto action = random_action(original.spec(), random);
    const StepResult result = original.step(action);
    ASSERT_TRUE(same(copy.step(action), result)) << "step " << step << " after the snapshot";
    look(original, expected);
    look(copy, seen);
    ASSERT_EQ(expected, seen) << "step " << step << " after the snapshot";
    if (over(result)) return;
  }
}

// Number of steps to the end of an episode with random actions.
std::uint64_t length_of_episode(Environment& environment, std::uint64_t seed, RandomStream random) {
  environment.reset(seed);
  std::uint64_t steps = 1;
  while (!over(environment.step(random_action(environment.spec(), random)))) ++steps;
  return steps;
}

}  // namespace

std::vector<float> random_action(const EnvironmentSpec& spec, RandomStream& random) {
  std::vector<float> action(static_cast<std::size_t>(spec.joint_action_size()));
  random.fill_uniform(action, -1, 1);
  return action;
}

Sight look(const Environment& environment) {
  Sight sight = room_for(environment.spec());
  look(environment, sight);
  return sight;
}

void expect_exact_snapshots(const MakeEnvironment& make) {
  constexpr std::uint64_t kEpisodes = 4;
  const auto original = make();
  for (std::uint64_t episode = 0; episode < kEpisodes; ++episode) {
    const std::uint64_t seed = derive_seed(11, "snapshots", episode);
    RandomStream random(seed);
    RandomStream place(derive_seed(seed, "place"));
    const std::uint64_t steps_before = place.index(length_of_episode(*original, seed, random));
    original->reset(seed);
    for (std::uint64_t step = 0; step < steps_before; ++step) {
      original->step(random_action(original->spec(), random));
    }
    SnapshotWriter writer;
    original->save(writer);
    const auto copy = make();
    copy->reset(1234);
    copy->step(random_action(copy->spec(), random));
    SnapshotReader reader(writer.bytes());
    copy->load(reader);
    reader.finish();
    ASSERT_NO_FATAL_FAILURE(expect_same_rest(*original, *copy, random))
        << "episode " << episode << ", snapshot after step " << steps_before;
  }
}

void expect_seeded_episodes(const MakeEnvironment& make) {
  const auto environment = make();
  const Episode first = play(*environment, 7, 30);
  EXPECT_NE(play(*environment, 8, 30), first);
  EXPECT_EQ(play(*environment, 7, 30), first);
  EXPECT_EQ(play(*make(), 7, 30), first);
}

void expect_no_allocation(Environment& environment) {
  Sight sight = room_for(environment.spec());
  RandomStream random(5);
  const auto action = random_action(environment.spec(), random);
  environment.reset(1);
  environment.step(action);
  const std::size_t before = allocations;
  for (int step = 0; step < 300; ++step) {
    if (over(environment.step(action))) environment.reset(static_cast<std::uint64_t>(step));
    look(environment, sight);
  }
  EXPECT_EQ(allocations - before, 0U);
}

void expect_bad_actions_refused(Environment& environment, const std::string& prefix) {
  const auto size = static_cast<std::size_t>(environment.spec().joint_action_size());
  for (const std::size_t wrong : {std::size_t{0}, size - 1, size + 1}) {
    const std::string message = message_of([&] { environment.step(std::vector<float>(wrong)); });
    EXPECT_NE(message.find(prefix), std::string::npos) << message;
    EXPECT_NE(message.find("has " + std::to_string(wrong) + " values; expected " + std::to_string(size)),
              std::string::npos)
        << message;
  }
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> action(size);
    action.back() = bad;
    const std::string message = message_of([&] { environment.step(action); });
    EXPECT_NE(message.find(prefix), std::string::npos) << message;
    const AgentSpec& last = environment.spec().agents.back();
    const std::string where = "value " + std::to_string(last.action_size - 1) + " of " + last.name + "'s action is ";
    EXPECT_NE(message.find(where), std::string::npos) << message;
    EXPECT_NE(message.find("expected a number in [-1, 1]"), std::string::npos) << message;
  }
}

void expect_random_play_at_low_end(Environment& environment, std::size_t episodes) {
  ASSERT_TRUE(environment.spec().reference);
  const ReferenceRange& range = *environment.spec().reference;
  EXPECT_LT(range.low, range.high);
  RandomStream random(3);
  double sum = 0;
  double squares = 0;
  for (std::size_t episode = 0; episode < episodes; ++episode) {
    environment.reset(derive_seed(3, "episode", episode));
    double episode_return = 0;
    for (StepResult result; !over(result);) {
      result = environment.step(random_action(environment.spec(), random));
      episode_return += result.reward;
    }
    sum += episode_return;
    squares += episode_return * episode_return;
  }
  const auto count = static_cast<double>(episodes);
  const double mean = sum / count;
  const double deviation = std::sqrt((squares - sum * mean) / (count - 1));
  EXPECT_NEAR(mean, range.low, 4 * deviation * std::sqrt(1 / count + 1 / 1000.0)) << range.low_source;
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no Error was thrown";
  return "";
}

void PrintTo(const TaskSpec& task, std::ostream* out) { *out << task.name; }

}  // namespace tutti
