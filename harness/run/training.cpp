#include "run/training.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "results/files.hpp"
#include "run/error_context.hpp"
#include "run/guard.hpp"
#include "run/machine.hpp"
#include "run/round_trip.hpp"
#include "suite/device.hpp"
#include "tutti/random.hpp"

namespace tutti::run {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostEvaluationCopies = 32;
// An automatic checkpoint comes after this much time, or after this many steps at the latest.
constexpr std::chrono::seconds kCheckpointTime{120};
constexpr std::int64_t kMostCheckpointSteps = 50'000;
constexpr std::chrono::milliseconds kBeatTime{200};
// After so many updates a policy should be another one; actors may be updated more rarely than critics.
constexpr std::int64_t kUpdatesThatShow = 100;

std::vector<std::unique_ptr<Environment>> make_many(std::int64_t count,
                                                    const std::function<std::unique_ptr<Environment>()>& make) {
  std::vector<std::unique_ptr<Environment>> environments;
  for (std::int64_t copy = 0; copy < count; ++copy) environments.push_back(make());
  return environments;
}

std::int64_t most_checkpoint_steps(const suite::RunSettings& settings) {
  return settings.checkpoint_interval > 0 ? settings.checkpoint_interval : kMostCheckpointSteps;
}

double process_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::int64_t process_peak_memory_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{1024} * usage.ru_maxrss;
}

/// Throws Error unless there is a value for every declared parameter, and no other.
void check_complete(const ParameterValues& values, void (*declare)(ParameterSchema&), const std::string& plugin) {
  ParameterSchema schema;
  declare(schema);
  for (const ParameterSpec& spec : schema) {
    if (values.contains(spec.name)) continue;
    throw Error(
        fmt::format("config.toml has no value for the parameter \"{}\" of {}; plan the run again", spec.name, plugin));
  }
  if (values.size() == schema.size()) return;
  throw Error(fmt::format("config.toml has {} values for the {} parameters of {}; plan the run again", values.size(),
                          schema.size(), plugin));
}

/// Whether an episode of this evaluation is played again: early, ever more rarely and at the last.
bool is_repeated(std::int64_t evaluation, std::int64_t planned) {
  return std::has_single_bit(static_cast<std::uint64_t>(evaluation)) || evaluation + 1 == planned;
}

double rate(double count, double seconds) { return seconds > 0 ? count / seconds : 0; }

}  // namespace

// Checkpoints are at most an interval and one step of all copies apart, and the one before the newest may be needed.
std::int64_t replayed_steps(const suite::RunSettings& settings) {
  return std::min(2 * (most_checkpoint_steps(settings) + settings.copies),
                  settings.environment_steps + settings.copies);
}

Training::Training(const suite::Run& run, loader::Registry& registry, std::filesystem::path folder, Hooks hooks)
    : run_(run),
      settings_(run_.run_settings()),
      evaluation_(run_.evaluation_settings()),
      environment_values_(suite::values_of(run_.task_values)),
      algorithm_values_(suite::values_of(run_.algorithm_values)),
      registry_(registry),
      folder_(std::move(folder)),
      hooks_(std::move(hooks)),
      checkpoints_(folder_ / "checkpoint"),
      copies_(make_many(settings_.copies, [this] { return make_environment(); }), run_.seed),
      metrics_({}),
      policy_stream_(derive_seed(run_.seed, kPolicyStream)),
      checkpoint_time_(Clock::now()) {
  const EnvironmentSpec& spec = copies_.spec();
  if (!spec.coverage.empty()) {
    coverage_.emplace(spec.coverage);
    coverage_points_.resize(static_cast<std::size_t>(spec.coverage_points) * spec.coverage.size());
  }
  check_process("opening the plugins, or making a copy of the environment,");
  results::path_below(folder_, kWorkFolder);
  if (!resume()) begin();
  check_process("making the algorithm");
  stopwatch_ = Stopwatch(account_.seconds, account_.train_cpu_seconds);
}

std::unique_ptr<Environment> Training::make_environment() {
  check_complete(environment_values_, registry_.environment(run_.environment).declare, run_.environment);
  std::unique_ptr<Environment> environment = registry_.create_environment(run_.environment, environment_values_);
  end_if_copy();
  return environment;
}

std::unique_ptr<Algorithm> Training::make_algorithm(const std::filesystem::path& folder) {
  return make_algorithm(folder, derive_seed(run_.seed, kAlgorithmStream));
}

std::unique_ptr<Algorithm> Training::make_algorithm(const std::filesystem::path& folder, std::uint64_t seed) {
  check_complete(algorithm_values_, registry_.algorithm(run_.algorithm_name).declare, run_.algorithm_name);
  std::unique_ptr<Algorithm> algorithm =
      registry_.create_algorithm(run_.algorithm_name, {.environment = copies_.spec(),
                                                       .task = run_.task_name,
                                                       .values = algorithm_values_,
                                                       .copies = settings_.copies,
                                                       .environment_steps = settings_.environment_steps,
                                                       .seed = seed,
                                                       .folder = folder,
                                                       .replayed_steps = replayed_steps(settings_),
                                                       .device = suite::device_of_process(settings_.device)});
  end_if_copy();
  return algorithm;
}

// A run without a whole checkpoint starts again, and nothing of an earlier attempt may stay.
void Training::begin() {
  std::filesystem::remove_all(checkpoints_.folder());
  copies_.start();
  check_environment([this] { return make_environment(); });
  check_algorithm([this](std::uint64_t seed) { return make_algorithm({}, seed); }, copies_.observations(),
                  copies_.actions().columns);
  algorithm_ = make_algorithm(results::make_folder_below(folder_, kWorkFolder));
  metrics_ = MetricAverages(algorithm_->metric_names());
  account_.run = run_.folder().generic_string();
  account_.settings = suite::config_toml(run_);
  recorder_ = std::make_unique<Recorder>(folder_, copies_.spec(), metrics_.names(), TableEnds{});
}

// False if no checkpoint is whole. One that is whole, but whose tables or replay buffer were changed since, gives way
// to the one before; it is removed only once that one is in use.
bool Training::resume() {
  bool torn = false;
  const auto warn = [&](const std::string& warning) {
    hooks_.log("warning: " + warning + "; this checkpoint is left out");
    torn = true;
  };
  std::string problem;  // of the newest
  std::optional<Checkpoint> checkpoint = checkpoints_.read(warn);
  while (checkpoint) {
    algorithm_.reset();  // before the next one opens its files
    algorithm_ = make_algorithm(results::make_folder_below(folder_, kWorkFolder));
    metrics_ = MetricAverages(algorithm_->metric_names());
    try {
      restore(*checkpoint);
      checkpoints_.remove_after(checkpoint->step);
      return true;
    } catch (const Error& error) {
      if (problem.empty()) problem = error.what();
      warn(fmt::format("step {}: {}", checkpoint->step, error.what()));
    }
    checkpoint = checkpoints_.read(warn, checkpoint->step);
  }
  if (!problem.empty()) {
    throw Error(
        problem +
        "; no checkpoint can be resumed from; put back what was changed, or start the run again with --retry --fresh");
  }
  if (torn) hooks_.log("warning: no checkpoint is whole; the run starts again");
  return false;
}

void Training::restore(const Checkpoint& checkpoint) {
  const std::string own = run_.folder().generic_string();
  if (checkpoint.account.run != own) {
    throw Error(fmt::format("the checkpoint is of another run, {}, not of {}", checkpoint.account.run, own));
  }
  const suite::Run before = suite::parse_config(checkpoint.account.settings, "the checkpoint's settings");
  if (const std::vector<std::string> changes = suite::differences(run_, before); !changes.empty())
    throw Error(fmt::format("config.toml was changed since: {}", fmt::join(changes, "; ")));
  SnapshotReader reader(checkpoint.state);
  step_ = reader.value<std::int64_t>("step");
  row_step_ = reader.value<std::int64_t>("row_step");
  row_updates_ = reader.value<std::int64_t>("row_updates");
  copies_.load(reader);
  policy_stream_.load(reader, "policy");
  metrics_.load(reader);
  if (coverage_) coverage_->load(reader);
  algorithm_->load(reader);
  reader.finish();
  updates_ = algorithm_->updates();
  account_ = checkpoint.account;
  load_evaluations();
  recorder_ = std::make_unique<Recorder>(folder_, copies_.spec(), metrics_.names(), account_.tables);
  keep_best_policy_whole();
  first_step_ = checkpoint_step_ = step_;
}

void Training::load_evaluations() {
  SnapshotReader reader(account_.evaluations);
  next_evaluation_ = reader.value<std::int64_t>("next_evaluation");
  best_.reset();
  last_mean_.reset();
  if (next_evaluation_ > 0) {
    last_mean_ = reader.value<double>("last_mean");
    best_.emplace().load(reader);
  }
  reader.finish();
}

std::vector<std::byte> Training::saved_evaluations() const {
  SnapshotWriter writer;
  writer.value("next_evaluation", next_evaluation_);
  if (next_evaluation_ > 0) {
    writer.value("last_mean", *last_mean_);
    best_->save(writer);
  }
  return writer.bytes();
}

void Training::write_checkpoint() {
  const Activity before = stopwatch_.start(Activity::kCheckpoint);
  SnapshotWriter writer;
  writer.value("step", step_);
  writer.value("row_step", row_step_);
  writer.value("row_updates", row_updates_);
  copies_.save(writer);
  policy_stream_.save(writer, "policy");
  metrics_.save(writer);
  if (coverage_) coverage_->save(writer);
  algorithm_->save(writer);
  end_if_copy();

  Account account = account_;
  account.evaluations = saved_evaluations();
  account.tables = recorder_->flush();
  account.seconds = stopwatch_.all();
  account.cpu_seconds = cpu_seconds();
  account.train_cpu_seconds = stopwatch_.train_cpu_seconds();
  account.peak_memory_bytes = peak_memory_bytes();
  write_last_policy();
  checkpoints_.write(step_, writer.bytes(), account);
  checkpoint_step_ = step_;
  checkpoint_time_ = Clock::now();
  stopwatch_.start(before);
}

// Before the checkpoint: a run that is killed in between writes it again.
void Training::write_last_policy() {
  SnapshotWriter policy;
  algorithm_->save_policy(policy);
  end_if_copy();
  write_policy(folder_ / kLastPolicyFile,
               {{.step = step_, .actual_step = step_}, std::numeric_limits<double>::quiet_NaN(), policy.bytes()});
}

Outcome Training::execute() {
  stopwatch_ = Stopwatch(account_.seconds, account_.train_cpu_seconds);  // what came between was preparation
  startup_seconds_ = seconds_since_process_start();
  try {
    train();
    check_final_policy();
    if (evaluation_.absolute) evaluate_absolute();
    keep_best_policy_whole();
    return Outcome::kFinished;
  } catch (const Interrupted&) {
    if (algorithm_ != nullptr && checkpoint_step_ != step_) write_checkpoint();
    return Outcome::kInterrupted;
  }
}

void Training::train() {
  note_step(step_);
  evaluate_if_due();
  while (step_ < settings_.environment_steps) {
    sweep();
    write_row_if_due();
    evaluate_if_due();
    write_checkpoint_if_due();
    beat();
    if (hooks_.should_stop()) throw Interrupted{};
  }
  if (checkpoint_step_ != step_) {
    write_checkpoint();
  } else {
    (void)recorder_->flush();  // an evaluation may have come after the checkpoint
  }
}

void Training::sweep() {
  stopwatch_.start(Activity::kAct);
  algorithm_->act(copies_.observations(), ActMode::kExplore, policy_stream_, copies_.unwritten_actions());
  check_process("the algorithm's act()");
  stopwatch_.start(Activity::kEnvironment);
  copies_.step(step_, [this](const Environment& environment) { count_coverage(environment); });
  check_process("the environment's step() and observe()");
  step_ += settings_.copies;
  note_step(step_);
  stopwatch_.start(Activity::kUpdate);
  learn();
  stopwatch_.start(Activity::kEnvironment);
  copies_.advance();
  stopwatch_.start(Activity::kRest);
}

void Training::count_coverage(const Environment& environment) {
  if (!coverage_) return;
  std::ranges::fill(coverage_points_, std::numeric_limits<double>::quiet_NaN());
  environment.coverage(coverage_points_);
  if (std::ranges::any_of(coverage_points_, [](double value) { return std::isnan(value); }))
    throw NotFiniteError(fmt::format("step {}: a value of coverage() is nan, or not written", step_));
  coverage_->add(coverage_points_);
}

// A plugin may have made a second process that executes the run. And both plugins and the host compute in one thread: a
// mode that a call leaves behind would change the numbers of all of them, until the run is resumed.
void Training::check_process(const char* call) const {
  end_if_copy();
  if (arithmetic_mode() == arithmetic_) return;
  throw Error(fmt::format(
      "step {}: {} left the processor's rounding mode or its treatment of subnormal numbers changed; a plugin that "
      "changes them has to put them back",
      step_, call));
}

void Training::learn() {
  // Plugins count updates, not environment steps.
  with_context([this] { return fmt::format("step {}", step_); },
               [this] {
                 algorithm_->observe(copies_.transitions());
                 algorithm_->update(metrics_);
                 copies_.check_unchanged();
               });
  check_process("the algorithm's observe() and update()");
  metrics_.check(step_);
  const std::int64_t updates = algorithm_->updates();
  if (updates < updates_) {
    throw Error(
        fmt::format("step {}: the algorithm counts {} updates, but counted {} before", step_, updates, updates_));
  }
  updates_ = updates;
}

void Training::write_row_if_due() {
  const std::int64_t interval = settings_.training_interval;
  if (step_ / interval == row_step_ / interval && step_ < settings_.environment_steps) return;
  TrainingRow row{.step = step_,
                  .updates = updates_,
                  .episodes = copies_.episodes(),
                  .episode_return = {},
                  .metrics = metrics_.take()};
  const std::vector<double> returns = copies_.take_returns();
  double sum = 0;
  for (const double value : returns) sum += value;
  if (!returns.empty()) row.episode_return = sum / static_cast<double>(returns.size());

  const double now = stopwatch_.train_seconds();
  const double seconds = now - std::exchange(account_.row_train_seconds, now);
  const auto steps = static_cast<double>(step_ - std::exchange(row_step_, step_));
  const auto updates = static_cast<double>(updates_ - std::exchange(row_updates_, updates_));
  recorder_->add_training(row, {now, rate(steps, seconds), rate(updates, seconds)}, coverage_ ? &*coverage_ : nullptr);
}

void Training::evaluate_if_due() {
  const std::int64_t planned = planned_evaluations(settings_, evaluation_);
  while (next_evaluation_ < planned && step_ >= next_evaluation_ * evaluation_.interval) {
    const EvaluationPoint point{next_evaluation_, next_evaluation_ * evaluation_.interval, step_};
    const double before = stopwatch_.seconds(Activity::kEvaluate);
    const std::vector<Episode> episodes =
        evaluate(*algorithm_, point, evaluation_seeds(run_.seed, evaluation_, point.index),
                 derive_seed(run_.seed, kEvaluationPolicyStream, static_cast<std::uint64_t>(point.index)),
                 is_repeated(point.index, planned));
    last_mean_ = mean_return(episodes);
    SnapshotWriter policy;
    algorithm_->save_policy(policy);
    end_if_copy();
    recorder_->add_evaluation(point, policy_digest(policy.bytes()), episodes);
    keep_if_best({point, *last_mean_, policy.bytes()});
    recorder_->add_timing(point, stopwatch_, stopwatch_.seconds(Activity::kEvaluate) - before);
    ++next_evaluation_;
  }
}

std::vector<Episode> Training::evaluate(Algorithm& algorithm, const EvaluationPoint& point,
                                        std::span<const std::uint64_t> seeds, std::uint64_t policy_seed, bool repeat) {
  const Activity before = stopwatch_.start(Activity::kEvaluate);
  if (evaluator_ == nullptr) {
    const std::int64_t most = evaluation_.episodes * (evaluation_.absolute ? kAbsoluteFactor : 1);
    evaluator_ = std::make_unique<Evaluator>([this] { return make_environment(); },
                                             std::min(static_cast<std::size_t>(most), kMostEvaluationCopies));
  }
  RandomStream random(policy_seed);
  std::vector<Episode> episodes =
      evaluator_->evaluate(algorithm, act_mode(evaluation_), seeds, random, point.actual_step, [this] {
        beat();
        if (hooks_.should_stop()) throw Interrupted{};
      });
  check_process("an evaluation");
  if (repeat) evaluator_->check_repeats(*make_environment(), episodes.back(), point.actual_step);
  stopwatch_.start(before);
  return episodes;
}

void Training::keep_if_best(BestPolicy candidate) {
  if (best_ && candidate.mean_return <= best_->mean_return) return;
  best_ = std::move(candidate);
  write_best_policy(folder_, *best_);
}

// Its file decides no number, but `watch` and people use it: it is written again if somebody removed or changed it.
void Training::keep_best_policy_whole() const {
  if (!best_) return;
  SnapshotWriter writer;
  best_->save(writer);
  try {
    if (read_sealed(folder_ / kBestPolicyFile) == writer.bytes()) return;
  } catch (const Error&) {
    // Not there, or damaged.
  }
  write_best_policy(folder_, *best_);
}

// What training has changed in the policy is in its snapshot. That it has changed nothing is worth a word, no error:
// values that a suite may give leave actors as they are.
void Training::check_final_policy() {
  if (updates_ == 0) return;
  const std::vector<float> actions = evaluation_actions(*algorithm_, copies_.observations(), copies_.actions().columns);
  SnapshotWriter trained;
  algorithm_->save_policy(trained);
  algorithm_.reset();  // its replay buffer makes room first
  const std::unique_ptr<Algorithm> restored = make_algorithm({});
  SnapshotWriter untrained;
  restored->save_policy(untrained);
  if (updates_ >= kUpdatesThatShow && trained.bytes() == untrained.bytes()) {
    hooks_.log(fmt::format("warning: {} updates have left the policy as it began", updates_));
  }
  SnapshotReader reader(trained.bytes());
  restored->load_policy(reader);
  reader.finish();
  check_restored_policy(actions, evaluation_actions(*restored, copies_.observations(), copies_.actions().columns));
}

// The policy comes back through its own snapshot, in an algorithm that never trained.
void Training::evaluate_absolute() {
  algorithm_.reset();  // its replay buffer makes room first
  const std::unique_ptr<Algorithm> restored = make_algorithm({});
  SnapshotReader reader(best_->policy);
  restored->load_policy(reader);
  reader.finish();
  const std::vector<Episode> episodes = evaluate(*restored, best_->point, absolute_seeds(run_.seed, evaluation_),
                                                 derive_seed(run_.seed, kAbsolutePolicyStream), true);
  recorder_->write_absolute(best_->point, policy_digest(best_->policy), episodes);
}

void Training::write_checkpoint_if_due() {
  const std::int64_t since = step_ - std::max<std::int64_t>(checkpoint_step_, 0);
  const bool timely = settings_.checkpoint_interval == 0 && Clock::now() - checkpoint_time_ >= kCheckpointTime;
  if (timely || since >= most_checkpoint_steps(settings_)) write_checkpoint();
}

void Training::beat() {
  const Clock::time_point now = Clock::now();
  if (now - beat_time_ < kBeatTime) return;
  beat_time_ = now;
  hooks_.progress({step_, rate(static_cast<double>(step_), stopwatch_.train_seconds()), last_mean_});
}

double Training::cpu_seconds() const { return account_.cpu_seconds + process_cpu_seconds(); }

std::int64_t Training::peak_memory_bytes() const {
  return std::max(account_.peak_memory_bytes, process_peak_memory_bytes());
}

results::ProgressRecord Training::progress() const {
  return {step_, updates_, copies_.episodes(), next_evaluation_, last_mean_};
}

results::TimeRecord Training::time() const {
  return {.environment_seconds = stopwatch_.seconds(Activity::kEnvironment),
          .act_seconds = stopwatch_.seconds(Activity::kAct),
          .update_seconds = stopwatch_.seconds(Activity::kUpdate),
          .evaluate_seconds = stopwatch_.seconds(Activity::kEvaluate),
          .checkpoint_seconds = stopwatch_.seconds(Activity::kCheckpoint),
          .train_seconds = stopwatch_.train_seconds(),
          .train_cpu_seconds = stopwatch_.train_cpu_seconds(),
          .wall_seconds = stopwatch_.wall_seconds(),
          .cpu_seconds = cpu_seconds(),
          .steps_per_second = rate(static_cast<double>(step_), stopwatch_.train_seconds()),
          .peak_memory_bytes = peak_memory_bytes(),
          .startup_seconds = startup_seconds_};
}

}  // namespace tutti::run
