#include "watch/watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "results/files.hpp"
#include "watch/gif.hpp"
#include "watch/mp4.hpp"
#include "watch/picture.hpp"
#include "watch/view.hpp"

namespace tutti::watch {
namespace {

namespace fs = std::filesystem;

constexpr Color kLabelText{60, 60, 60};

fs::path with_ending(const fs::path& stem, const char* ending) { return stem.string() + ending; }

// The trajectory: a row for each step of each policy.
class CsvWriter {
 public:
  CsvWriter(const fs::path& file, const EnvironmentSpec& spec, std::vector<std::string> labels)
      : target_(file), labels_(std::move(labels)) {
    std::string row = "policy,episode,seed,step,reward,terminated,truncated";
    for (const std::string& term : spec.reward_terms) row += ",term_" + term;
    for (const AgentSpec& agent : spec.agents) add_columns(row, agent.name + "_observation_", agent.observation_size);
    add_columns(row, "state_", spec.state_size);
    for (const AgentSpec& agent : spec.agents) add_columns(row, agent.name + "_action_", agent.action_size);
    target_.write(row + '\n');
  }

  void add(std::size_t policy, std::int64_t episode, const Rollout& rollout) {
    const EpisodeSummary& summary = rollout.summary();
    const StepResult& result = rollout.result();
    std::string row = fmt::format("{},{},{},{},{},{:d},{:d}", labels_[policy], episode, summary.seed,
                                  summary.length - 1, result.reward, result.terminated, result.truncated);
    for (const double term : rollout.terms()) fmt::format_to(std::back_inserter(row), ",{}", term);
    for (const auto* values : {&rollout.observations(), &rollout.state(), &rollout.actions()}) {
      for (const float value : *values) fmt::format_to(std::back_inserter(row), ",{}", value);
    }
    target_.write(row + '\n');
  }

  void finish() { target_.commit(); }

 private:
  static void add_columns(std::string& row, const std::string& name, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) fmt::format_to(std::back_inserter(row), ",{}{}", name, i);
  }

  AsideFile target_;
  std::vector<std::string> labels_;
};

// A label may hold anything, and a field of a table neither commas nor quotes nor ends of lines.
std::string as_field(std::string label) {
  std::ranges::replace_if(
      label, [](char c) { return c == ',' || c == '"' || static_cast<unsigned char>(c) < ' '; }, '_');
  return label;
}

// What a strip takes in memory, twice over: its frames, and all of them in one picture.
void require_possible_strip(const WatchOptions& options, std::size_t policies) {
  constexpr std::int64_t kMostPixels = std::int64_t{1} << 24;
  constexpr std::int64_t kMostWidth = 65'535;
  const std::int64_t pixels =
      options.size.width * options.size.height * options.still * static_cast<std::int64_t>(policies);
  if (pixels <= kMostPixels && options.size.width * options.still <= kMostWidth) return;
  throw Error(
      fmt::format("a film strip of {} frames of {} x {} pixels is too large (at most {} pixels, {} in a row); "
                  "take fewer or smaller frames",
                  options.still, options.size.width, options.size.height, kMostPixels, kMostWidth));
}

double rate_of(const WatchOptions& options, const EnvironmentSpec& spec) {
  if (options.frames_per_second > 0) return options.frames_per_second;
  if (spec.step_seconds <= 0) return 20;
  return 1 / (spec.step_seconds * static_cast<double>(options.every));
}

class Show {
 public:
  Show(const std::vector<StoredPolicy*>& policies, const WatchOptions& options, const WatchHooks& hooks)
      : options_(options), hooks_(hooks), labels_(labels_of(policies)) {
    for (StoredPolicy* policy : policies) {
      rollouts_.emplace_back(*policy, options.mode, options.seed, options.most_steps);
    }
    if (options.still > 0) require_possible_strip(options, policies.size());
    if (options.gif || options.mp4 || options.still > 0) {
      for (StoredPolicy* policy : policies) views_.emplace_back(policy->environment());
    }
  }

  Watched play() {
    const EnvironmentSpec& spec = rollouts_.front().environment().spec();
    if (options_.csv) {
      std::vector<std::string> fields;
      for (const std::string& label : labels_) fields.push_back(as_field(label));
      csv_.emplace(with_ending(options_.stem, ".csv"), spec, std::move(fields));
    }
    const std::set<std::int64_t> stills = options_.still > 0 ? still_steps() : std::set<std::int64_t>();
    for (std::int64_t episode = 0; episode < options_.episodes; ++episode) play(episode, stills);
    return finish();
  }

 private:
  bool all_over() const {
    return std::ranges::all_of(rollouts_, [](const Rollout& rollout) { return rollout.is_over(); });
  }

  void begin(std::int64_t episode) {
    for (Rollout& rollout : rollouts_) rollout.begin(episode);
    for (View& view : views_) view.begin();
  }

  void check_stop() const {
    if (hooks_.should_stop()) throw Stopped();
  }

  // Frames of a strip are spread evenly over an episode whose length is known only once it was played: it is played
  // twice, which costs less than keeping its frames.
  std::set<std::int64_t> still_steps() {
    begin(0);
    std::int64_t length = 0;
    for (; !all_over(); ++length) {
      check_stop();
      for (Rollout& rollout : rollouts_) {
        if (!rollout.is_over()) rollout.step();
      }
    }
    std::set<std::int64_t> steps;
    for (std::int64_t i = 0; i < options_.still; ++i) {
      steps.insert(options_.still == 1 ? length : i * length / (options_.still - 1));
    }
    return steps;
  }

  void play(std::int64_t episode, const std::set<std::int64_t>& stills) {
    begin(episode);
    show(episode, 0, stills);
    for (std::int64_t step = 1; !all_over(); ++step) {
      check_stop();
      for (std::size_t i = 0; i < rollouts_.size(); ++i) {
        if (rollouts_[i].is_over()) continue;
        rollouts_[i].step();
        if (csv_) csv_->add(i, episode, rollouts_[i]);
      }
      show(episode, step, stills);
      hooks_.progress(episode, step);
    }
    std::vector<EpisodeSummary> row;
    for (const Rollout& rollout : rollouts_) row.push_back(rollout.summary());
    watched_.episodes.push_back(std::move(row));
  }

  void show(std::int64_t episode, std::int64_t step, const std::set<std::int64_t>& stills) {
    if (views_.empty()) return;
    for (std::size_t i = 0; i < views_.size(); ++i) {
      if (rollouts_[i].summary().length == step) views_[i].look();
    }
    const bool filmed = (options_.gif || options_.mp4) && (step % options_.every == 0 || all_over());
    const bool kept = episode == 0 && stills.contains(step);
    // Environments that show trails follow them from the first picture on.
    if (!filmed && !kept && step > 0) return;
    std::vector<Frame> frames;
    for (std::size_t i = 0; i < views_.size(); ++i) {
      frames.push_back(views_[i].draw(options_.size));
      if (options_.words) describe(frames.back(), i);
    }
    if (kept) {
      strip_.push_back(stacked(frames));
      watched_.strip_steps.push_back(step);
    }
    if (!filmed) return;
    const Frame frame = frames.size() == 1 ? std::move(frames.front()) : side_by_side(frames);
    open_films(frame.size);
    if (gif_) gif_->add(frame);
    if (mp4_) mp4_->add(frame);
  }

  void describe(Frame& frame, std::size_t policy) const {
    const EpisodeSummary& summary = rollouts_[policy].summary();
    write_text(frame, 4, 4, labels_[policy], kLabelText);
    write_text(frame, 4, 14, fmt::format("step {}  return {:.1f}", summary.length, summary.episode_return), kLabelText);
  }

  void open_films(FrameSize size) {
    if (gif_ || mp4_) return;
    const double rate = rate_of(options_, rollouts_.front().environment().spec());
    // Players take a delay of less than two hundredths for a mistake.
    const int delay = std::max(2, static_cast<int>(std::lround(100 / rate)));
    if (options_.gif) gif_.emplace(with_ending(options_.stem, ".gif"), size, delay);
    if (options_.mp4) mp4_.emplace(with_ending(options_.stem, ".mp4"), size, rate);
  }

  Watched finish() {
    const auto add = [&](const char* ending) { watched_.files.push_back(with_ending(options_.stem, ending)); };
    if (gif_) {
      gif_->finish();
      add(".gif");
    }
    if (mp4_) {
      mp4_->finish();
      add(".mp4");
    }
    if (!strip_.empty()) {
      write_png(with_ending(options_.stem, ".png"), side_by_side(strip_));
      add(".png");
    }
    if (csv_) {
      csv_->finish();
      add(".csv");
    }
    return std::move(watched_);
  }

  const WatchOptions& options_;
  const WatchHooks& hooks_;
  std::vector<Rollout> rollouts_;
  std::vector<std::string> labels_;
  std::vector<View> views_;
  std::optional<CsvWriter> csv_;
  std::optional<GifWriter> gif_;
  std::optional<Mp4Writer> mp4_;
  std::vector<Frame> strip_;
  Watched watched_;
};

}  // namespace

std::vector<std::string> labels_of(const std::vector<StoredPolicy*>& policies) {
  std::set<std::string> algorithms;
  for (const StoredPolicy* policy : policies) algorithms.insert(policy->run().algorithm);
  const bool distinct = algorithms.size() == policies.size();
  std::vector<std::string> labels;
  for (const StoredPolicy* policy : policies) {
    const suite::Run& run = policy->run();
    labels.push_back(distinct ? run.algorithm : fmt::format("{} seed {}", run.algorithm, run.seed));
  }
  return labels;
}

Watched watch(const std::vector<StoredPolicy*>& policies, const WatchOptions& options, const WatchHooks& hooks) {
  if (options.stem.has_parent_path()) results::make_folder(options.stem.parent_path());
  return Show(policies, options, hooks).play();
}

void require_same_task(const suite::Run& one, const suite::Run& other) {
  if (one.environment != other.environment) {
    throw Error(fmt::format("--against: {} is a task of {}, {} of {}; both have to be the same task", one.task,
                            one.environment, other.task, other.environment));
  }
  for (const auto& [name, resolved] : one.task_values) {
    const auto found = other.task_values.find(name);
    if (found != other.task_values.end() && found->second.value == resolved.value) continue;
    const std::string value = found == other.task_values.end() ? "not there" : to_text(found->second.value);
    throw Error(fmt::format("--against: \"{}\" is {} in {} and {} in {}; both have to be the same task", name,
                            to_text(resolved.value), one.task, value, other.task));
  }
}

}  // namespace tutti::watch
