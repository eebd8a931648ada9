#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "digest/digest.hpp"
#include "loader/checks.hpp"
#include "run/finite.hpp"
#include "run/subnormal_numbers.hpp"
#include "suite/choices.hpp"
#include "tutti/error.hpp"
#include "tutti/random.hpp"
#include "verify/check.hpp"

namespace tutti::verify {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kSteps = 120;
constexpr std::int64_t kManySteps = 4000;
constexpr std::uint64_t kManyEpisodes = 100;
constexpr std::chrono::milliseconds kTimeOfUse{250};
constexpr std::chrono::seconds kTimeOfLongEpisode{2};
constexpr std::int64_t kMostGrowthOfStepping = std::int64_t{4} << 20;

/// Everything that one step shows, compared bit for bit.
struct Moment {
  std::vector<float> observations;
  std::vector<float> state;
  std::vector<double> terms;
  StepResult result;

  bool ended() const { return result.terminated || result.truncated; }
  bool operator==(const Moment& other) const {
    const auto same = [](const auto& a, const auto& b) {
      return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0;
    };
    return same(observations, other.observations) && same(state, other.state) && same(terms, other.terms) &&
           std::memcmp(&result.reward, &other.result.reward, sizeof(double)) == 0 &&
           result.terminated == other.result.terminated && result.truncated == other.result.truncated;
  }
};

using Moments = std::vector<Moment>;

Moment look(const Environment& environment, const StepResult& result = {}) {
  const EnvironmentSpec& spec = environment.spec();
  const float unset = std::numeric_limits<float>::quiet_NaN();  // what is not written is not finite
  Moment moment{.observations = std::vector<float>(static_cast<std::size_t>(spec.joint_observation_size()), unset),
                .state = std::vector<float>(static_cast<std::size_t>(spec.state_size), unset),
                .terms = std::vector<double>(spec.reward_terms.size(), std::nan("")),
                .result = result};
  std::span<float> rest(moment.observations);
  for (std::size_t agent = 0; agent < spec.agents.size(); ++agent) {
    const auto size = static_cast<std::size_t>(spec.agents[agent].observation_size);
    environment.observe(agent, rest.first(size));
    rest = rest.subspan(size);
  }
  environment.state(moment.state);
  environment.reward_terms(moment.terms);
  return moment;
}

/// One step with actions from `actions`, which are no numbers any more when it is over: nobody may keep them.
StepResult step_once(Environment& environment, RandomStream& actions, std::vector<float>& action) {
  action.resize(static_cast<std::size_t>(environment.spec().joint_action_size()));
  actions.fill_uniform(action, -1, 1);
  const StepResult result = environment.step(action);
  std::ranges::fill(action, std::numeric_limits<float>::quiet_NaN());
  return result;
}

/// Steps with actions from `actions` until the episode ends or `most` steps are done.
Moments play(Environment& environment, RandomStream& actions, std::int64_t most) {
  Moments moments;
  std::vector<float> action;
  while (static_cast<std::int64_t>(moments.size()) < most && (moments.empty() || !moments.back().ended())) {
    const StepResult result = step_once(environment, actions, action);
    moments.push_back(look(environment, result));
  }
  return moments;
}

/// The number of the first step that differs; 0 if none does.
std::size_t first_difference(const Moments& a, const Moments& b) {
  for (std::size_t step = 0; step < std::min(a.size(), b.size()); ++step) {
    if (!(a[step] == b[step])) return step + 1;
  }
  return a.size() == b.size() ? 0 : std::min(a.size(), b.size()) + 1;
}

Result same(const Moments& a, const Moments& b, const std::string& when) {
  const std::size_t step = first_difference(a, b);
  return step == 0 ? passed() : failed(fmt::format("{}, step {} differs", when, step));
}

std::vector<std::byte> saved(const Environment& environment) {
  SnapshotWriter writer;
  environment.save(writer);
  return writer.bytes();
}

Result can_be_made(EnvironmentMaker& make) {
  ParameterSchema schema;
  make.registry.environment(make.environment).declare(schema);
  suite::check_schema(make.environment, schema);
  (void)make();
  return passed();
}

Result same_seed_same_episode(EnvironmentMaker& make) {
  const auto first = make();
  const auto second = make();
  for (const std::uint64_t seed : {7U, 8U}) {
    first->reset(seed);
    second->reset(seed);
    if (!(look(*first) == look(*second)))
      return failed(fmt::format("reset({}) of two copies shows different things", seed));
    RandomStream actions(seed);
    RandomStream same_actions(seed);
    const Result result = same(play(*first, actions, kSteps), play(*second, same_actions, kSteps),
                               fmt::format("in two copies with seed {}", seed));
    if (result.verdict == Verdict::kFailed) return result;
  }
  return passed();
}

/// What an episode shows, as a digest.
std::string digest_of_episode(EnvironmentMaker& make) {
  const auto environment = make();
  environment->reset(7);
  Sha256 digest;
  const auto add = [&](const Moment& moment) {
    const auto add_values = [&](const auto& values) {
      digest.add({reinterpret_cast<const char*>(values.data()), values.size() * sizeof values[0]});
    };
    add_values(moment.observations);
    add_values(moment.state);
    add_values(moment.terms);
    add_values(std::vector<double>{moment.result.reward, moment.ended() ? 1.0 : 0.0});
  };
  add(look(*environment));
  RandomStream actions(7);
  for (const Moment& moment : play(*environment, actions, kSteps)) add(moment);
  return digest.hex();
}

Result other_process_same_episode(EnvironmentMaker& make) {
  return two_processes_agree([&] { return digest_of_episode(make); })
             ? passed()
             : failed("a process that starts a second later gives another episode for the same seed");
}

Result looking_changes_nothing(EnvironmentMaker& make) {
  const auto environment = make();
  const EnvironmentSpec& spec = environment->spec();
  std::vector<double> points(static_cast<std::size_t>(spec.coverage_points) * spec.coverage.size());
  std::vector<float> action;
  RandomStream actions(4);
  environment->reset(4);
  const StepResult result = step_once(*environment, actions, action);
  const std::vector<std::byte> before = saved(*environment);
  const Moment first = look(*environment, result);
  environment->coverage(points);
  if (!(first == look(*environment, result)))
    return failed("without a step observe(), state() or reward_terms() give other values when they are called again");
  if (before != saved(*environment))
    return failed("observe(), state(), reward_terms() or coverage() change what save() writes");
  return passed();
}

/// Plays whole episodes as long as there is time, and starts others, a hundred in all.
void use(Environment& environment) {
  const Clock::time_point end = Clock::now() + kTimeOfUse;
  RandomStream actions(1);
  std::vector<float> action;
  for (std::uint64_t seed = 0; seed < kManyEpisodes; ++seed) {
    environment.reset(seed);
    bool goes_on = true;
    for (int steps = 0; goes_on && (steps < 7 || Clock::now() < end); ++steps) {
      const StepResult result = step_once(environment, actions, action);
      goes_on = !result.terminated && !result.truncated;
    }
  }
}

Result reset_forgets(EnvironmentMaker& make) {
  const auto used = make();
  const auto fresh = make();
  use(*used);
  used->reset(2);
  fresh->reset(2);
  RandomStream one(3);
  RandomStream other(3);
  return same(play(*used, one, kSteps), play(*fresh, other, kSteps), "in a copy that was used and in a new one");
}

Result other_copies_do_not_matter(EnvironmentMaker& make) {
  const auto alone = make();
  alone->reset(4);
  RandomStream actions(4);
  const Moments expected = play(*alone, actions, kSteps);
  const auto copy = make();
  const auto neighbour = make();
  copy->reset(4);
  RandomStream same_actions(4);
  RandomStream others(5);
  Moments moments;
  for (std::uint64_t seed = 0; moments.size() < expected.size(); ++seed) {
    neighbour->reset(seed);
    play(*neighbour, others, 1);
    moments.push_back(play(*copy, same_actions, 1).front());
  }
  return same(expected, moments, "beside a copy that steps in between");
}

Result other_seeds_other_episodes(EnvironmentMaker& make) {
  const auto environment = make();
  environment->reset(1);
  const Moment first = look(*environment);
  environment->reset(2);
  return first == look(*environment) ? noted("seeds 1 and 2 start with the same observations and state") : passed();
}

Result snapshot_continues(EnvironmentMaker& make) {
  for (const std::int64_t before : {0, 1, 11}) {
    const auto original = make();
    const auto copy = make();
    RandomStream actions(5);
    original->reset(4);
    play(*original, actions, before);
    SnapshotWriter writer;
    original->save(writer);
    SnapshotReader reader(writer.bytes());
    copy->load(reader);
    reader.finish();
    SnapshotWriter again;
    copy->save(again);
    if (writer.bytes() != again.bytes()) {
      return failed(fmt::format("saved after {} steps, a copy that loads it saves other bytes", before));
    }
    RandomStream same_actions = actions;
    const Result result = same(play(*original, actions, kSteps), play(*copy, same_actions, kSteps),
                               fmt::format("saved after {} steps and continued in another copy", before));
    if (result.verdict == Verdict::kFailed) return result;
  }
  return passed();
}

Result outputs_are_finite(EnvironmentMaker& make) {
  const auto environment = make();
  const auto problem = [](const auto& values) {
    for (std::size_t index = 0; index < values.size(); ++index) {
      if (!std::isfinite(values[index])) return static_cast<std::int64_t>(index);
    }
    return std::int64_t{-1};
  };
  const auto views = [&](const Moment& moment, const std::string& where) {
    if (const auto at = problem(moment.observations); at >= 0)
      return failed(where + fmt::format("observation {} is not finite, or is not written", at));
    if (const auto at = problem(moment.state); at >= 0)
      return failed(where + fmt::format("state value {} is not finite, or is not written", at));
    return passed();
  };
  RandomStream actions(6);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    environment->reset(seed);
    const Result start = views(look(*environment), fmt::format("seed {}, after reset(): ", seed));
    if (start.verdict == Verdict::kFailed) return start;
    std::int64_t step = 0;
    for (const Moment& moment : play(*environment, actions, kSteps)) {
      ++step;
      const std::string where = fmt::format("seed {}, step {}: ", seed, step);
      const Result seen = views(moment, where);
      if (seen.verdict == Verdict::kFailed) return seen;
      if (const auto at = problem(moment.terms); at >= 0)
        return failed(where + fmt::format("reward term {} is not finite, or is not written", at));
      if (!std::isfinite(moment.result.reward)) return failed(where + "the reward is not finite");
    }
  }
  return passed();
}

Result bounds_are_safe(EnvironmentMaker& make) {
  const auto environment = make();
  std::vector<float> action(static_cast<std::size_t>(environment->spec().joint_action_size()));
  for (const float bound : {-1.0F, 1.0F}) {
    std::fill(action.begin(), action.end(), bound);
    environment->reset(3);
    for (std::int64_t step = 0; step < kSteps; ++step) {
      const StepResult result = environment->step(action);
      if (!std::isfinite(result.reward))
        return failed(fmt::format("with all actions {} the reward is not finite", bound));
      if (result.terminated || result.truncated) break;
    }
  }
  return passed();
}

Result episode_ends_at_its_limit(EnvironmentMaker& make) {
  const auto environment = make();
  const std::int64_t limit = environment->spec().episode_limit;
  const Clock::time_point end = Clock::now() + kTimeOfLongEpisode;
  RandomStream actions(9);
  std::vector<float> action;
  environment->reset(9);
  StepResult result;
  std::int64_t steps = 0;
  while (!result.terminated && !result.truncated) {
    if (steps >= limit) return failed(fmt::format("an episode goes on after {} steps, the episode_limit", limit));
    if (steps > kManySteps && Clock::now() > end)
      return passed(fmt::format("the limit of {} steps is out of reach; none came within {}", limit, steps));
    result = step_once(*environment, actions, action);
    ++steps;
  }
  if (!result.terminated && steps < limit)
    return failed(fmt::format("an episode is truncated after {} steps; episode_limit is {}", steps, limit));
  return passed();
}

Result state_is_what_it_says(EnvironmentMaker& make) {
  const auto environment = make();
  if (!environment->spec().state_is_joint_observation) return skipped("the state is something else");
  environment->reset(3);
  const Moment moment = look(*environment);
  return moment.state == moment.observations ? passed() : failed("state() differs from the observations side by side");
}

Result coverage_is_finite(EnvironmentMaker& make) {
  const auto environment = make();
  const EnvironmentSpec& spec = environment->spec();
  if (spec.coverage.empty()) return skipped("declares no coverage");
  environment->reset(3);
  std::vector<double> points(static_cast<std::size_t>(spec.coverage_points) * spec.coverage.size(), std::nan(""));
  environment->coverage(points);
  for (const double value : points) {
    if (!std::isfinite(value)) return failed("a point is not finite, or is not written");
  }
  return passed();
}

/// Whether `call` throws an Error.
bool refuses(const std::function<void()>& call) {
  try {
    call();
    return false;
  } catch (const Error&) {
    return true;
  }
}

Result wrong_actions_are_refused(EnvironmentMaker& make) {
  const auto environment = make();
  environment->reset(1);
  std::vector<float> actions(static_cast<std::size_t>(environment->spec().joint_action_size()) + 1);
  if (!refuses([&] { environment->step(actions); })) return failed("step() takes one action too many");
  actions.pop_back();
  actions.back() = std::numeric_limits<float>::quiet_NaN();
  if (!refuses([&] { environment->step(actions); })) return failed("step() takes an action that is NaN");
  actions.back() = std::numeric_limits<float>::infinity();
  if (!refuses([&] { environment->step(actions); })) return failed("step() takes an action that is infinite");
  return passed();
}

Result foreign_snapshot_is_refused(EnvironmentMaker& make) {
  const auto environment = make();
  SnapshotWriter writer;
  writer.value<double>("something else", 1);
  SnapshotReader reader(writer.bytes());
  return refuses([&] { environment->load(reader); }) ? passed() : failed("load() takes a snapshot of something else");
}

void play_many(Environment& environment, std::int64_t steps) {
  RandomStream actions(2);
  std::vector<float> action(static_cast<std::size_t>(environment.spec().joint_action_size()));
  std::uint64_t seed = 0;
  environment.reset(seed);
  for (std::int64_t step = 0; step < steps; ++step) {
    actions.fill_uniform(action, -1, 1);
    const StepResult result = environment.step(action);
    if (result.terminated || result.truncated) environment.reset(++seed);
  }
}

Result memory_does_not_grow(EnvironmentMaker& make) {
  const auto environment = make();
  play_many(*environment, kManySteps / 4);
  const std::int64_t before = resident_bytes();
  play_many(*environment, kManySteps);
  const std::int64_t growth = resident_bytes() - before;
  return growth > kMostGrowthOfStepping
             ? failed(fmt::format("{} steps took {} KiB of memory", kManySteps, growth >> 10))
             : passed();
}

Result actions_stay(EnvironmentMaker& make) {
  const auto environment = make();
  RandomStream actions(1);
  std::vector<float> action(static_cast<std::size_t>(environment->spec().joint_action_size()));
  environment->reset(1);
  for (std::int64_t step = 0; step < kSteps; ++step) {
    actions.fill_uniform(action, -1, 1);
    const std::vector<float> handed = action;
    const StepResult result = environment->step(action);
    if (!run::same_bits(action, handed)) return failed(fmt::format("step {} wrote into them", step + 1));
    if (result.terminated || result.truncated) environment->reset(static_cast<std::uint64_t>(step));
  }
  return passed();
}

Result spec_stays(EnvironmentMaker& make) {
  const auto environment = make();
  const EnvironmentSpec made = environment->spec();
  try {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      environment->reset(seed);
      loader::check_same_spec(made, *environment);
      play_many(*environment, kSteps);
      loader::check_same_spec(made, *environment);
    }
  } catch (const Error& error) {
    return failed(error.what());
  }
  return passed();
}

Result arithmetic_stays(EnvironmentMaker& make) {
  const run::ArithmeticMode before = run::arithmetic_mode();
  play_many(*make(), kSteps);
  return run::arithmetic_mode() == before ? passed() : failed("its calls leave other modes behind");
}

Result can_be_stopped(EnvironmentMaker& make) {
  play_many(*make(), kSteps);
  return sigterm_result();
}

Result prints_nothing(EnvironmentMaker& make) {
  const OutputTrap trap;
  const auto environment = make();
  play_many(*environment, kSteps);
  const std::string text = trap.printed();
  return text.empty() ? passed() : noted("it prints, into the log of every run: " + text);
}

Result time_of_a_step(EnvironmentMaker& make) {
  const auto environment = make();
  play_many(*environment, kSteps);
  const auto start = Clock::now();
  play_many(*environment, kManySteps / 4);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return passed(fmt::format("{:.2f} microseconds", seconds * 1e6 / (kManySteps / 4)));
}

}  // namespace

const std::vector<Check<EnvironmentMaker>>& environment_checks() {
  static const std::vector<Check<EnvironmentMaker>> kChecks = {
      {"it can be made", "create() and spec()", can_be_made},
      {"the same seed gives the same episode", "reset(): everything random comes from its seed",
       same_seed_same_episode},
      {"another process gives the same episode", "create() and reset(): time(), getpid(), std::random_device",
       other_process_same_episode, true},
      {"looking changes nothing", "observe(), state(), reward_terms() and coverage(): mutable members",
       looking_changes_nothing},
      {"reset forgets what was before", "reset(): members that it leaves as they were", reset_forgets},
      {"other copies do not matter", "static and global variables, random generators among them",
       other_copies_do_not_matter},
      {"other seeds start other episodes", "reset(): whether it uses its seed", other_seeds_other_episodes},
      {"a snapshot continues bit for bit in another copy", "save() and load(): a member that one of them leaves out",
       snapshot_continues},
      {"every output is written and finite", "observe(), state(), reward_terms() and step()", outputs_are_finite},
      {"actions at their bounds are safe", "step() with actions of -1 and 1", bounds_are_safe},
      {"an episode ends at its limit", "step(): truncated, and episode_limit in spec()", episode_ends_at_its_limit},
      {"the state is the joint observation where it says so", "state() and state_is_joint_observation",
       state_is_what_it_says},
      {"coverage is written and finite", "coverage() and coverage_points", coverage_is_finite},
      {"wrong actions are refused", "step(): throw tutti::Error for a wrong size and for what is not finite",
       wrong_actions_are_refused},
      {"the actions it is handed stay as they are", "step(): copy them before they are scaled or clipped",
       actions_stay},
      {"what it declares stays as it is", "spec(): the same sizes, limit, terms and facts at any time", spec_stays},
      {"a snapshot of something else is refused", "load(): read the same names in the same order as save()",
       foreign_snapshot_is_refused},
      {"memory does not grow over many steps", "what step() and reset() keep", memory_does_not_grow},
      {"rounding stays as it is", "std::fesetround, fesetenv and flush-to-zero: put back what was there",
       arithmetic_stays},
      {"a request to stop comes through", "signal(), sigaction(), sigprocmask() and libraries that call them",
       can_be_stopped},
      {"nothing is printed", "std::cout, printf and messages of libraries", prints_nothing},
      {"time of a step", "", time_of_a_step},
  };
  return kChecks;
}

}  // namespace tutti::verify
