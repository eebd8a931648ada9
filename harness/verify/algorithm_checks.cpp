#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <optional>

#include "digest/digest.hpp"
#include "run/subnormal_numbers.hpp"
#include "suite/choices.hpp"
#include "tutti/error.hpp"
#include "verify/trainer.hpp"

namespace tutti::verify {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kUpdates = 3;
// Schedules and delayed targets show only after many updates.
constexpr std::int64_t kManyUpdates = 2000;
constexpr std::chrono::milliseconds kTimeOfUpdates{2000};
constexpr std::int64_t kMostGrowthOfActing = std::int64_t{8} << 20;
constexpr ActMode kEvaluationModes[] = {ActMode::kDeterministic, ActMode::kSampled};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// What it does in both evaluation modes.
std::vector<float> evaluation_of(Trainer& trainer) {
  std::vector<float> all;
  for (const ActMode mode : kEvaluationModes) {
    const std::vector<float> actions = trainer.actions_for(5, mode);
    all.insert(all.end(), actions.begin(), actions.end());
  }
  return all;
}

bool act_alike(Trainer& a, Trainer& b) { return same_bits(evaluation_of(a), evaluation_of(b)); }

const Result kOtherPolicyBytes = failed(
    "save_policy() writes other bytes for the same policy; the column policy of evaluations.csv would never be equal");
const Result kNothingToLearn = skipped("has nothing to learn: it declares no metrics");

Result can_be_made(AlgorithmMaker& maker) {
  const AlgorithmPlugin& plugin = maker.registry.algorithm(maker.algorithm);  // checks the presets
  ParameterSchema schema;
  plugin.declare(schema);
  suite::check_schema(maker.algorithm, schema);
  plugin.check(with_defaults(plugin.declare, maker.values));
  const Trainer trainer(maker, 5);
  return passed();
}

Result an_update_is_due(AlgorithmMaker& maker) {
  Trainer trainer(maker, 5);
  if (!trainer.learns()) return kNothingToLearn;
  try {
    trainer.train(1);
  } catch (const NoUpdateError& error) {
    return noted(fmt::format("{}, and what needs one is not checked", error.what()));
  }
  return passed(fmt::format("the first after {} environment steps", trainer.steps()));
}

/// Trains both, step by step in turns, for a time or for many updates, and returns how many the first made.
std::int64_t train_together(Trainer& first, Trainer& second, std::chrono::milliseconds time) {
  const std::int64_t start = first.algorithm().updates();
  const Clock::time_point end = Clock::now() + time;
  while (first.algorithm().updates() - start < kManyUpdates && Clock::now() < end) {
    first.step();
    second.step();
  }
  return first.algorithm().updates() - start;
}

Result same_seed_same_bytes(AlgorithmMaker& maker) {
  Trainer first(maker, 5);
  if (!first.learns()) return kNothingToLearn;
  Trainer second(maker, 5);
  first.train(kUpdates);
  second.train(kUpdates);
  const bool same_bytes = first.snapshot() == second.snapshot();
  if (!same_bytes && !act_alike(first, second)) return failed("two that were made and trained alike act otherwise");
  const auto policy = first.policy();
  if (policy != first.policy() || policy != second.policy()) return kOtherPolicyBytes;
  if (same_bytes) return passed();
  return noted("two that were made and trained alike save other bytes, and act alike; optimisers of LibTorch are so");
}

Result others_do_not_matter(AlgorithmMaker& maker) {
  Trainer beside(maker, 5);
  if (!beside.learns()) return kNothingToLearn;
  Trainer neighbour(maker, 6);
  beside.train(1);
  train_together(beside, neighbour, kTimeOfUpdates / 4);
  const std::int64_t updates = beside.algorithm().updates();
  Trainer alone(maker, 5);
  while (alone.steps() < beside.steps()) alone.step();
  if (alone.algorithm().updates() == updates && act_alike(alone, beside))
    return passed(fmt::format("{} updates compared", updates));
  return failed("it learns something else while another one learns beside it");
}

Result other_process_same(AlgorithmMaker& maker) {
  const auto learned = [&](bool with_policy) {
    Trainer trainer(maker, 5);
    try {
      if (trainer.learns()) trainer.train(kUpdates);
    } catch (const NoUpdateError&) {
      // What it does before its first update is compared.
    }
    const std::vector<float> actions = evaluation_of(trainer);
    const std::vector<std::byte> policy = with_policy ? trainer.policy() : std::vector<std::byte>();
    return sha256({reinterpret_cast<const char*>(actions.data()), actions.size() * sizeof(float)}) + ' ' +
           sha256({reinterpret_cast<const char*>(policy.data()), policy.size()});
  };
  if (two_processes_agree([&] { return learned(true); })) return passed();
  return two_processes_agree([&] { return learned(false); })
             ? kOtherPolicyBytes
             : failed("in a process that starts a second later it learns something else");
}

Result rows_stay_the_hosts(AlgorithmMaker& maker) {
  const auto train = [](Trainer& trainer) {
    while (trainer.steps() < 100) trainer.step();
    if (trainer.learns()) trainer.train(kUpdates);
  };
  Trainer trusted(maker, 5);
  Trainer again(maker, 5);
  Trainer spoiled(maker, 5);
  spoiled.spoil_rows();
  train(trusted);
  if (trusted.rows_were_changed())
    return failed("it changes observations or other values that it was handed, which are the host's");
  train(again);
  const std::vector<float> actions = evaluation_of(trusted);
  if (!same_bits(actions, evaluation_of(again))) return skipped("it does not repeat what it does");
  const Result kept = failed("it uses what it was handed after the call, when it may hold something else");
  try {
    train(spoiled);
  } catch (const NotFiniteError&) {
    return kept;
  }
  return same_bits(actions, evaluation_of(spoiled)) ? passed() : kept;
}

Result other_seeds(AlgorithmMaker& maker) {
  Trainer first(maker, 5);
  if (!first.learns()) return kNothingToLearn;
  Trainer second(maker, 6);
  return first.snapshot() == second.snapshot() ? noted("seeds 5 and 6 start with the same bytes") : passed();
}

Result every_metric(AlgorithmMaker& maker) {
  Trainer trainer(maker, 5);
  if (!trainer.learns()) return kNothingToLearn;
  trainer.train(2 * kUpdates);
  const std::vector<std::string> missing = trainer.metrics().missing();
  if (missing.empty()) return passed();
  return failed(fmt::format("not reported within {} updates: {}", 2 * kUpdates, fmt::join(missing, ", ")));
}

Result snapshot_continues(AlgorithmMaker& maker) {
  Trainer original(maker, 5);
  if (!original.learns()) return kNothingToLearn;
  original.train(kUpdates);
  Trainer restored(maker, 99);
  restored.load(original);
  const bool same_bytes = original.snapshot() == restored.snapshot();
  original.train(kUpdates);
  restored.train(kUpdates);
  const std::int64_t updates = kUpdates + train_together(original, restored, kTimeOfUpdates);
  if (!act_alike(original, restored)) {
    return failed(fmt::format(
        "after {} updates, save() and load() it learns something else than without within {} more", kUpdates, updates));
  }
  if (same_bytes && original.snapshot() == restored.snapshot())
    return passed(fmt::format("{} updates compared", updates));
  return noted("what was loaded saves other bytes, and goes on alike; optimisers of LibTorch are so");
}

Result evaluation_changes_nothing(AlgorithmMaker& maker) {
  Trainer trainer(maker, 5);
  Trainer untouched(maker, 5);
  if (trainer.learns()) trainer.train(kUpdates), untouched.train(kUpdates);
  const auto before = trainer.snapshot();
  const bool repeats = before == trainer.snapshot();  // optimisers of LibTorch need not
  for (const ActMode mode : kEvaluationModes) trainer.actions_for(7, mode);
  if (repeats && before != trainer.snapshot()) return failed("act() in an evaluation mode changed what save() writes");
  if (!trainer.learns()) return passed();
  trainer.train(kUpdates);
  untouched.train(kUpdates);
  return act_alike(trainer, untouched) ? passed() : failed("after an evaluation it learns something else than without");
}

Result bounds(AlgorithmMaker& maker) {
  Trainer trainer(maker, 5);
  for (const ActMode mode : kEvaluationModes) {
    for (const std::size_t rows : {1U, 3U, 64U}) {
      for (const float action : trainer.actions_for(rows, mode)) {
        if (!(action >= -1 && action <= 1))
          return failed(fmt::format("for {} rows an action is {}, or is not written", rows, action));
      }
    }
  }
  return passed();
}

Result same_stream_same_actions(AlgorithmMaker& maker) {
  Trainer trainer(maker, 5);
  return act_alike(trainer, trainer) ? passed() : failed("the same observations and random numbers give other actions");
}

Result policy_round_trip(AlgorithmMaker& maker) {
  Trainer original(maker, 5);
  if (original.learns()) original.train(kUpdates);
  const auto bytes = original.policy();
  Trainer other(maker, 6);
  SnapshotReader reader(bytes);
  other.algorithm().load_policy(reader);
  reader.finish();
  return act_alike(original, other) ? passed() : failed("a policy that is saved and loaded acts otherwise");
}

Result learning_changes_the_policy(AlgorithmMaker& maker) {
  Trainer trainer(maker, 5);
  if (!trainer.learns()) return kNothingToLearn;
  const auto before = trainer.policy();
  trainer.train(4 * kUpdates);
  return before == trainer.policy() ? noted(fmt::format("{} updates left save_policy() as it was", 4 * kUpdates))
                                    : passed();
}

/// Gradient steps for each environment step and for each call of update(), from the first update on.
struct Rate {
  double per_step = 0;
  bool every_call = true;
};

Rate rate_with(const AlgorithmMaker& maker, std::size_t copies) {
  Trainer trainer(maker, 5, copies);
  trainer.train(1);
  const std::int64_t first = trainer.algorithm().updates();
  const std::int64_t start = trainer.steps();
  Rate rate;
  for (int bursts = 0; bursts < 3;) {
    const std::int64_t before = trainer.algorithm().updates();
    trainer.step();
    const bool updated = trainer.algorithm().updates() > before;
    rate.every_call = rate.every_call && updated;
    bursts += updated ? 1 : 0;
  }
  rate.per_step =
      static_cast<double>(trainer.algorithm().updates() - first) / static_cast<double>(trainer.steps() - start);
  return rate;
}

Result counts_environment_steps(AlgorithmMaker& maker) {
  if (!Trainer(maker, 5).learns()) return kNothingToLearn;
  const Rate one = rate_with(maker, 1);
  const Rate ten = rate_with(maker, 10);
  const std::string text = fmt::format("{:.3g} updates for each environment step with one copy, {:.3g} with ten",
                                       one.per_step, ten.per_step);
  // With a rollout of fixed length for each copy, the batch grows instead.
  if (one.every_call && ten.every_call && one.per_step > 5 * ten.per_step) return noted(text);
  return passed(text);
}

Result foreign_snapshot(AlgorithmMaker& maker) {
  Trainer trainer(maker, 5);
  if (!trainer.learns()) return kNothingToLearn;
  SnapshotWriter writer;
  writer.value<double>("something else", 1);
  SnapshotReader reader(writer.bytes());
  try {
    trainer.algorithm().load(reader);
  } catch (const Error&) {
    return passed();
  }
  return failed("load() takes a snapshot of something else");
}

Result not_finite_is_said(AlgorithmMaker& maker) {
  Trainer trainer(maker, 5);
  if (!trainer.learns()) return kNothingToLearn;
  trainer.spoil_rewards();
  try {
    trainer.train(kUpdates);
  } catch (const NotFiniteError&) {
    return passed();
  }
  return failed("with rewards that are NaN it learns on, and no metric is NaN");
}

Result memory(AlgorithmMaker& maker) {
  Trainer trainer(maker, 5);
  const auto evaluate = [&] {
    for (int call = 0; call < 300; ++call) trainer.actions_for(32, ActMode::kDeterministic);
  };
  evaluate();
  const std::int64_t before = resident_bytes();
  evaluate();
  const std::int64_t growth = resident_bytes() - before;
  return growth > kMostGrowthOfActing ? failed(fmt::format("300 calls of act() took {} KiB of memory", growth >> 10))
                                      : passed();
}

Result arithmetic_stays(AlgorithmMaker& maker) {
  const run::ArithmeticMode before = run::arithmetic_mode();
  Trainer trainer(maker, 5);
  while (trainer.steps() < 100) trainer.step();
  if (trainer.learns()) trainer.train(kUpdates);
  return run::arithmetic_mode() == before ? passed() : failed("its calls leave other modes behind");
}

Result can_be_stopped(AlgorithmMaker& maker) {
  Trainer trainer(maker, 5);
  while (trainer.steps() < 100) trainer.step();
  if (trainer.learns()) trainer.train(kUpdates);
  return sigterm_result();
}

Result prints_nothing(AlgorithmMaker& maker) {
  const OutputTrap trap;
  Trainer trainer(maker, 5);
  if (trainer.learns()) trainer.train(kUpdates);
  const std::string text = trap.printed();
  return text.empty() ? passed() : noted("it prints, into the log of every run: " + text);
}

Result time_of_calls(AlgorithmMaker& maker) {
  Trainer trainer(maker, 5);
  if (trainer.learns()) trainer.train(1);
  constexpr int kCalls = 20;
  const auto start = Clock::now();
  for (int call = 0; call < kCalls; ++call) trainer.actions_for(10, ActMode::kDeterministic);
  const double act = std::chrono::duration<double>(Clock::now() - start).count() / kCalls;
  if (!trainer.learns()) return passed(fmt::format("{:.3g} ms to act for 10 rows", act * 1e3));
  const double before = trainer.update_seconds();
  const std::int64_t updates = trainer.algorithm().updates();
  trainer.train(kUpdates);
  const double update =
      (trainer.update_seconds() - before) / static_cast<double>(trainer.algorithm().updates() - updates);
  return passed(fmt::format("{:.3g} ms to act for 10 rows, {:.3g} ms for an update", act * 1e3, update * 1e3));
}

}  // namespace

const std::vector<Check<AlgorithmMaker>>& algorithm_checks() {
  static const std::vector<Check<AlgorithmMaker>> kChecks = {
      {"it can be made with its default values", "create(), check() and the initialisers of its parameters",
       can_be_made},
      {"an update is due", "parameters such as warm_up_steps; --set NAME=VALUE gives a smaller value",
       an_update_is_due},
      {"the same seed gives the same bytes",
       "random numbers that come from elsewhere than AlgorithmContext::seed and act(), and a hash table's order",
       same_seed_same_bytes},
      {"others of its kind do not matter",
       "static and global variables, random generators among them (torch::manual_seed, std::rand)",
       others_do_not_matter},
      {"another process learns the same", "create(), update() and save_policy(): time(), getpid(), std::random_device",
       other_process_same, true},
      {"what it is handed is neither changed nor kept",
       "act() and observe(): copy rows to keep them, and before an operation in place; as_tensor() is a view",
       rows_stay_the_hosts},
      {"other seeds start otherwise", "whether AlgorithmContext::seed is used", other_seeds},
      {"every metric is reported", "update() and metric_names()", every_metric},
      {"a snapshot continues bit for bit", "save() and load(): networks, optimisers, replay, streams, counters",
       snapshot_continues},
      {"evaluation changes nothing", "act() in the evaluation modes: members that it writes",
       evaluation_changes_nothing},
      {"actions are written and within their bounds", "act() for any number of rows", bounds},
      {"the same stream gives the same actions", "act(): random numbers that come from elsewhere than its stream",
       same_stream_same_actions},
      {"a policy that is saved and loaded acts alike",
       "save_policy() and load_policy(): everything that the evaluation modes of act() depend on", policy_round_trip},
      {"learning changes the policy", "save_policy(), and whether the optimiser's step is taken",
       learning_changes_the_policy},
      {"updates are counted for environment steps",
       "update(): with ten copies a call stands for ten steps; see tutti/schedule.hpp", counts_environment_steps},
      {"a snapshot of something else is refused", "load(): read the same names in the same order as save()",
       foreign_snapshot},
      {"what is not finite is said", "update(): report its loss to Metrics, or throw tutti::NotFiniteError",
       not_finite_is_said},
      {"acting does not take more and more memory", "act(): what it keeps; torch::NoGradGuard", memory},
      {"rounding stays as it is", "std::fesetround, fesetenv and flush-to-zero: put back what was there",
       arithmetic_stays},
      {"a request to stop comes through", "signal(), sigaction(), sigprocmask() and libraries that call them",
       can_be_stopped},
      {"nothing is printed", "std::cout, printf and messages of libraries", prints_nothing},
      {"time of its calls", "", time_of_calls},
  };
  return kChecks;
}

}  // namespace tutti::verify
