#include "run/recorder.hpp"

#include <fmt/format.h>

#include <utility>

namespace tutti::run {
namespace {

constexpr const char* kEvaluations = "evaluations.csv";
constexpr const char* kTiming = "timing.csv";
constexpr const char* kTraining = "training.csv";
constexpr const char* kCoverage = "coverage.csv";
constexpr const char* kAbsolute = "absolute.csv";
constexpr std::string_view kEventsPrefix = "events.out.tfevents.";

results::TableEnd end_of(const TableEnds& ends, const std::string& name) {
  const auto found = ends.find(name);
  return found == ends.end() ? results::TableEnd{} : found->second;
}

std::vector<std::string> columns_of_episodes(const EnvironmentSpec& spec) {
  std::vector<std::string> columns = {"evaluation", "step",   "actual_step", "episode", "seed",
                                      "return",     "length", "ended",       "policy"};
  for (const std::string& term : spec.reward_terms) columns.push_back("term_" + term);
  return columns;
}

std::vector<std::string> columns_of_training(const std::vector<std::string>& metrics) {
  std::vector<std::string> columns = {"step", "updates", "episodes", "episode_return"};
  columns.insert(columns.end(), metrics.begin(), metrics.end());
  columns.insert(columns.end(), {"seconds", "steps_per_second", "updates_per_second"});
  return columns;
}

/// Continues the event file that the checkpoint names. It decides no number: where it is gone, or was never there,
/// a new one begins, and then no other stays.
results::EventFile open_events(const std::filesystem::path& folder, const TableEnds& ends) {
  std::error_code ignored;
  for (const auto& [name, end] : ends) {
    if (!name.starts_with(kEventsPrefix) || name.find('/') != std::string::npos) continue;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(folder / name, ignored))) continue;
    const std::uintmax_t present = std::filesystem::file_size(folder / name, ignored);
    if (!ignored && present >= end.size) return {folder / name, end.size};
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().starts_with(kEventsPrefix)) std::filesystem::remove(entry.path(), ignored);
  }
  return {folder / results::event_file_name(), 0};
}

void add_optional(results::Table& table, const std::optional<double>& value) {
  if (value) {
    table.add(*value);
  } else {
    table.add_empty();
  }
}

void add_episodes(results::Table& table, const EvaluationPoint& point, std::string_view policy,
                  std::span<const Episode> episodes) {
  std::int64_t index = 0;
  for (const Episode& episode : episodes) {
    table.add(point.index).add(point.step).add(point.actual_step).add(index++).add(episode.seed);
    table.add(episode.episode_return)
        .add(episode.length)
        .add(episode.terminated ? "terminated" : "truncated")
        .add(policy);
    for (const double term : episode.terms) table.add(term);
    table.end_row();
  }
  table.write();
}

}  // namespace

Recorder::Recorder(std::filesystem::path folder, const EnvironmentSpec& spec, std::vector<std::string> metrics,
                   const TableEnds& ends)
    : folder_(std::move(folder)),
      episode_columns_(columns_of_episodes(spec)),
      metrics_(std::move(metrics)),
      evaluations_(folder_ / kEvaluations, episode_columns_, end_of(ends, kEvaluations)),
      timing_(folder_ / kTiming,
              {"evaluation", "step", "train_seconds", "evaluate_seconds", "checkpoint_seconds", "wall_seconds",
               "train_cpu_seconds"},
              end_of(ends, kTiming)),
      training_(folder_ / kTraining, columns_of_training(metrics_), end_of(ends, kTraining)),
      events_(open_events(folder_, ends)) {
  // Nothing of an earlier attempt stays: the tables above have been emptied.
  std::error_code ignored;
  if (ends.empty()) std::filesystem::remove(folder_ / kAbsolute, ignored);
  if (!spec.coverage.empty()) {
    coverage_.emplace(folder_ / kCoverage,
                      std::vector<std::string>{"step", "bins", "visited", "inside", "outside", "entropy"},
                      end_of(ends, kCoverage));
  }
}

void Recorder::add_evaluation(const EvaluationPoint& point, std::string_view policy,
                              std::span<const Episode> episodes) {
  add_episodes(evaluations_, point, policy, episodes);
  events_.add(point.step, "evaluation/return", mean_return(episodes));
  events_.write();
}

void Recorder::add_timing(const EvaluationPoint& point, const Stopwatch& stopwatch, double evaluate_seconds) {
  timing_.add(point.index).add(point.step).add(stopwatch.train_seconds()).add(evaluate_seconds);
  timing_.add(stopwatch.seconds(Activity::kCheckpoint)).add(stopwatch.wall_seconds());
  timing_.add(stopwatch.train_cpu_seconds()).end_row();
  timing_.write();
}

void Recorder::add_training(const TrainingRow& row, const TrainingTimes& times, const Coverage* coverage) {
  training_.add(row.step).add(row.updates).add(row.episodes);
  add_optional(training_, row.episode_return);
  for (const std::optional<double>& metric : row.metrics) add_optional(training_, metric);
  training_.add(times.seconds).add(times.steps_per_second).add(times.updates_per_second).end_row();
  training_.write();
  if (coverage != nullptr) add_coverage(row.step, *coverage);

  if (row.episode_return) events_.add(row.step, "training/episode_return", *row.episode_return);
  for (std::size_t index = 0; index < metrics_.size(); ++index) {
    if (row.metrics[index]) events_.add(row.step, "training/" + metrics_[index], *row.metrics[index]);
  }
  events_.add(row.step, "speed/steps_per_second", times.steps_per_second);
  events_.write();
}

void Recorder::add_coverage(std::int64_t step, const Coverage& coverage) {
  coverage_->add(step).add(coverage.bins()).add(coverage.visited()).add(coverage.inside());
  coverage_->add(coverage.outside()).add(coverage.entropy()).end_row();
  coverage_->write();
}

void Recorder::write_absolute(const EvaluationPoint& best, std::string_view policy, std::span<const Episode> episodes) {
  results::Table table(folder_ / kAbsolute, episode_columns_, {});
  add_episodes(table, best, policy, episodes);
  table.flush();
  absolute_digest_ = table.end().digest;
}

TableEnds Recorder::ends() const {
  TableEnds ends = {{kEvaluations, evaluations_.end()}, {kTiming, timing_.end()}, {kTraining, training_.end()}};
  if (coverage_) ends[kCoverage] = coverage_->end();
  return ends;
}

TableEnds Recorder::flush() {
  evaluations_.flush();
  timing_.flush();
  training_.flush();
  events_.flush();
  if (coverage_) coverage_->flush();
  TableEnds result = ends();
  result[events_.name()] = {events_.size(), ""};  // it decides no number
  return result;
}

std::map<std::string, std::string> Recorder::digests() const {
  std::map<std::string, std::string> result;
  for (const auto& [name, end] : ends()) result[name] = end.digest;
  if (!absolute_digest_.empty()) result[kAbsolute] = absolute_digest_;
  return result;
}

}  // namespace tutti::run
