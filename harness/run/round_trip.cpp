#include "run/round_trip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "run/copies.hpp"
#include "run/error_context.hpp"
#include "run/finite.hpp"
#include "tutti/error.hpp"

namespace tutti::run {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::uint64_t kOtherSeed = 2;
constexpr std::size_t kLeastRows = 64;  // of an evaluation
constexpr int kMostSteps = 100;         // whole episodes of short tasks; milliseconds of a simulator

template <typename Plugin>
std::vector<std::byte> saved(Plugin& plugin) {
  SnapshotWriter writer;
  plugin.save(writer);
  return writer.bytes();
}

template <typename Plugin>
void load(Plugin& plugin, const std::vector<std::byte>& bytes) {
  SnapshotReader reader(bytes);
  plugin.load(reader);
  reader.finish();
}

/// Calls `call`; what it throws gets "before the first step: " and what was tried.
template <typename Call>
auto trying(const char* what, Call call) {
  return with_context([&] { return std::string("before the first step, ") + what; }, call);
}

// ---- environments

/// What a copy shows and, once `stepped`, what its step gave.
struct Sight {
  std::vector<float> observations;
  std::vector<float> state;
  StepResult result;

  explicit Sight(const Environment& environment, const StepResult& stepped = {})
      : observations(static_cast<std::size_t>(environment.spec().joint_observation_size())),
        state(static_cast<std::size_t>(environment.spec().state_size), kUnwritten),
        result(stepped) {
    observe_all(environment, observations);
    environment.state(state);
  }
  bool operator==(const Sight& other) const {
    return same_bits(observations, other.observations) && same_bits(state, other.state) &&
           std::memcmp(&result.reward, &other.result.reward, sizeof result.reward) == 0 &&
           result.terminated == other.result.terminated && result.truncated == other.result.truncated;
  }
};

/// Steps once with random actions.
StepResult step(Environment& environment, RandomStream& random) {
  std::vector<float> actions(static_cast<std::size_t>(environment.spec().joint_action_size()));
  random.fill_uniform(actions, -1, 1);
  return environment.step(actions);
}

/// One step into an episode, unless that ends it.
void step_into_an_episode(Environment& environment, RandomStream& random) {
  environment.reset(kSeed);
  const StepResult result = step(environment, random);
  if (result.terminated || result.truncated) environment.reset(kSeed);
}

/// Asks for all that an environment shows, twice, which has to change nothing.
void check_looking(const Environment& environment, const std::vector<std::byte>& bytes) {
  const EnvironmentSpec& spec = environment.spec();
  std::vector<double> terms(spec.reward_terms.size());
  std::vector<double> points(static_cast<std::size_t>(spec.coverage_points) * spec.coverage.size());
  const Sight first(environment);
  environment.reward_terms(terms);
  environment.coverage(points);
  if (!(first == Sight(environment)))
    throw Error(
        "observe() and state() write other values when they are called again; without a step nothing may change");
  if (saved(environment) != bytes)
    throw Error(
        "observe(), state(), reward_terms() or coverage() change what save() writes; without a step nothing may");
}

// ---- algorithms

/// `actions`, if act() has written all of them and they are within their bounds.
std::vector<float> checked(std::vector<float> actions, std::size_t action_size) {
  const std::size_t rows = actions.size() / action_size;
  check_actions(actions, action_size,
                [&](std::size_t row) { return fmt::format("acting for {} observations, row {}", rows, row); });
  return actions;
}

/// What an algorithm does when it collects training data.
std::vector<float> exploration_actions(Algorithm& algorithm, Rows<const float> observations, std::size_t action_size) {
  std::vector<float> actions(observations.rows * action_size, kUnwritten);
  RandomStream random(kSeed);
  algorithm.act(observations, ActMode::kExplore, random, {actions.data(), observations.rows, action_size});
  return checked(std::move(actions), action_size);
}

}  // namespace

std::vector<float> evaluation_actions(Algorithm& algorithm, Rows<const float> observations, std::size_t action_size) {
  std::vector<float> rows;
  while (rows.size() < kLeastRows * observations.columns)
    rows.insert(rows.end(), observations.all().begin(), observations.all().end());
  const std::size_t count = rows.size() / observations.columns;
  std::vector<float> result;
  for (const ActMode mode : {ActMode::kDeterministic, ActMode::kSampled}) {
    std::vector<float> actions(count * action_size, kUnwritten);
    RandomStream random(kSeed);
    algorithm.act({rows.data(), count, observations.columns}, mode, random, {actions.data(), count, action_size});
    actions = checked(std::move(actions), action_size);
    result.insert(result.end(), actions.begin(), actions.end());
  }
  return result;
}

void check_restored_policy(const std::vector<float>& saved, const std::vector<float>& restored) {
  if (same_bits(saved, restored)) return;
  throw Error(
      "the algorithm acts otherwise after load_policy() than when save_policy() was called; both have to keep all that "
      "the evaluation modes of act() depend on");
}

void check_environment(const std::function<std::unique_ptr<Environment>()>& make) {
  const std::unique_ptr<Environment> original = make();
  const std::unique_ptr<Environment> copy = make();
  RandomStream random(kSeed);
  trying("in the first step of an episode", [&] { step_into_an_episode(*original, random); });
  const std::vector<std::byte> bytes = trying("saving the environment", [&] { return saved(*original); });
  trying("looking at the environment", [&] { check_looking(*original, bytes); });
  trying("loading the environment into another copy", [&] { load(*copy, bytes); });
  const bool same_bytes = trying("saving the loaded environment", [&] { return saved(*copy); }) == bytes;
  bool alike = Sight(*original) == Sight(*copy);
  RandomStream same = random;
  trying("stepping after a load", [&] {
    StepResult expected;
    for (int steps = 0; alike && steps < kMostSteps && !expected.terminated && !expected.truncated; ++steps) {
      expected = step(*original, random);
      alike = Sight(*original, expected) == Sight(*copy, step(*copy, same));
    }
  });
  if (same_bytes && alike) return;
  throw Error(std::string("before the first step: a copy of the environment that loads what another saved ") +
              (alike ? "saves other bytes" : "does not go on as that one does") +
              "; its save() and load() have to keep everything that the next step depends on");
}

void check_algorithm(const std::function<std::unique_ptr<Algorithm>(std::uint64_t seed)>& make,
                     Rows<const float> observations, std::size_t action_size) {
  std::unique_ptr<Algorithm> algorithm = make(kSeed);
  const std::vector<std::byte> state = trying("saving the algorithm", [&] { return saved(*algorithm); });
  SnapshotWriter policy;
  trying("saving the policy", [&] { algorithm->save_policy(policy); });
  const std::vector<float> actions =
      trying("acting in an evaluation", [&] { return evaluation_actions(*algorithm, observations, action_size); });
  const std::vector<float> explored =
      trying("acting in training", [&] { return exploration_actions(*algorithm, observations, action_size); });

  algorithm.reset();  // before there is another, because each may take much memory
  algorithm = make(kOtherSeed);
  trying("restoring the policy in an algorithm that was made with another seed", [&] {
    SnapshotReader reader(policy.bytes());
    algorithm->load_policy(reader);
    reader.finish();
    check_restored_policy(actions, evaluation_actions(*algorithm, observations, action_size));
  });

  algorithm.reset();
  algorithm = make(kOtherSeed);
  const auto load_state = [&] { load(*algorithm, state); };
  trying("loading the algorithm into one that was made with another seed", load_state);
  if (trying("saving the loaded algorithm", [&] { return saved(*algorithm); }) == state) return;

  // Optimisers of LibTorch are written in no fixed order.
  if (same_bits(evaluation_actions(*algorithm, observations, action_size), actions) &&
      same_bits(exploration_actions(*algorithm, observations, action_size), explored)) {
    return;
  }
  throw Error(
      "before the first step: an algorithm that loads what another saved saves other bytes and acts otherwise; its "
      "save() and load() have to keep everything that the next update depends on");
}

}  // namespace tutti::run
