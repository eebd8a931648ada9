// tutti watch: what a stored policy does, as a film.
#include "watch/watch.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "cli/commands.hpp"
#include "cli/text_table.hpp"
#include "launch/stop_requests.hpp"
#include "watch/mp4.hpp"

namespace tutti::cli {
namespace {

constexpr int kInterrupted = 130;

struct WatchArguments {
  std::filesystem::path folder;
  std::string task, algorithm, seed, episode_seed;
  std::filesystem::path against;
  std::string policy = "best";
  std::string mode = "deterministic";
  std::string size = "320x240";
  bool no_gif = false;
  bool no_mp4 = false;
  watch::WatchOptions options;
};

std::int64_t number_in(std::string_view text, const std::string& whole, const char* expected) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= 0) return value;
  throw Error("\"" + whole + "\": expected " + expected);
}

FrameSize size_from(const std::string& text) {
  constexpr const char* kExpected = "WIDTHxHEIGHT in pixels, such as 320x240, each from 16 to 2048";
  const std::size_t middle = text.find('x');
  if (middle == std::string::npos) throw Error("--size is \"" + text + "\"; expected " + kExpected);
  const FrameSize size{number_in(std::string_view(text).substr(0, middle), text, kExpected),
                       number_in(std::string_view(text).substr(middle + 1), text, kExpected)};
  const auto fits = [](std::int64_t side) { return side >= 16 && side <= kLargestFrameSide; };
  if (!fits(size.width) || !fits(size.height)) throw Error("--size is \"" + text + "\"; expected " + kExpected);
  return size;
}

void warn_of(const std::filesystem::path& folder, const watch::StoredPolicy& policy) {
  for (const std::string& difference : policy.differences()) {
    fmt::print(stderr, "warning: {} was made with something else: {}\n", folder.string(), difference);
  }
}

// As workers do: one thread, so that a policy acts as it did in its run.
void use_one_thread() {
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) ::setenv(name, "1", 1);
}

std::string rounded(double value) { return fmt::format("{:.2f}", value); }

void print_episodes(const watch::Watched& watched, const std::vector<std::string>& labels,
                    const EnvironmentSpec& spec) {
  std::vector<std::vector<std::string>> table = {{"episode", "policy", "seed", "return", "length", "ended"}};
  for (const std::string& term : spec.reward_terms) table.front().push_back(term);
  for (std::size_t episode = 0; episode < watched.episodes.size(); ++episode) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const watch::EpisodeSummary& summary = watched.episodes[episode][i];
      table.push_back({std::to_string(episode), labels[i], std::to_string(summary.seed),
                       rounded(summary.episode_return), std::to_string(summary.length), summary.ended});
      for (const double term : summary.terms) table.back().push_back(rounded(term));
    }
  }
  fmt::print("{}", text_table(table));
  for (const std::filesystem::path& file : watched.files) fmt::print("{}\n", file.string());
}

// A line that is written over, on terminals only, several times a second.
class ProgressLine {
 public:
  explicit ProgressLine(std::int64_t episodes) : episodes_(episodes), shown_(::isatty(STDERR_FILENO) == 1) {}
  ~ProgressLine() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void operator()(std::int64_t episode, std::int64_t step) {
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || now - newest_ < std::chrono::milliseconds(200)) return;
    newest_ = now;
    fmt::print(stderr, "\r\033[Kepisode {} of {}, step {}", episode + 1, episodes_, step);
  }

 private:
  std::int64_t episodes_;
  bool shown_;
  std::chrono::steady_clock::time_point newest_;
};

int show(WatchArguments arguments) {
  use_one_thread();
  watch::WatchOptions& options = arguments.options;
  options.size = size_from(arguments.size);
  options.mode = arguments.mode == "sampled" ? ActMode::kSampled : ActMode::kDeterministic;
  options.gif = !arguments.no_gif;
  options.mp4 = !arguments.no_mp4 && watch::Mp4Writer::is_available();
  // Beside a suite's folder --seed names the run, beside a run's folder the episodes.
  const bool is_run = std::filesystem::exists(arguments.folder / "config.toml");
  const std::string& text = !arguments.episode_seed.empty() || !is_run ? arguments.episode_seed : arguments.seed;
  if (!text.empty()) options.seed = static_cast<std::uint64_t>(number_in(text, text, "a seed, 0 or more"));
  const auto folder =
      watch::find_run(arguments.folder, arguments.task, arguments.algorithm, is_run ? "" : arguments.seed);
  if (options.stem.empty()) options.stem = folder / ("watch-" + arguments.policy);

  const watch::Which which = arguments.policy == "last" ? watch::Which::kLast : watch::Which::kBest;
  loader::Registry registry(loader::search_path());
  watch::StoredPolicy policy(folder, which, registry);
  warn_of(folder, policy);
  std::vector<watch::StoredPolicy*> policies = {&policy};
  std::vector<std::string> labels = {policy.run().algorithm};
  std::unique_ptr<watch::StoredPolicy> other;
  if (!arguments.against.empty()) {
    other = std::make_unique<watch::StoredPolicy>(arguments.against, which, registry);
    watch::require_same_task(policy.run(), other->run());
    warn_of(arguments.against, *other);
    policies.push_back(other.get());
    labels.push_back(other->run().algorithm);
  }
  if (!arguments.no_mp4 && !options.mp4)
    fmt::print(stderr, "no MP4: ffmpeg is not installed (on Debian: apt install ffmpeg)\n");
  try {
    const launch::StopRequests stop_requests;
    ProgressLine line(options.episodes);
    const watch::Watched watched =
        watch::watch(policies, options,
                     {.should_stop = [&] { return stop_requests.asked(); },
                      .progress = [&](std::int64_t episode, std::int64_t step) { line(episode, step); }});
    print_episodes(watched, labels, policy.environment().spec());
  } catch (const watch::Stopped& stopped) {
    fmt::print(stderr, "{}\n", stopped.what());
    return kInterrupted;
  }
  return 0;
}

}  // namespace

void add_watch(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("watch", "Film what a stored policy does: GIF, MP4, film strip, trajectory");
  auto arguments = std::make_shared<WatchArguments>();
  watch::WatchOptions& options = arguments->options;
  command
      ->add_option("FOLDER", arguments->folder, "folder of a run, or of a suite with the options that choose its run")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--task", arguments->task, "the run's task, in a suite's folder");
  command->add_option("--algorithm", arguments->algorithm, "the run's algorithm, in a suite's folder");
  command->add_option("--seed", arguments->seed,
                      "in a suite's folder the run's seed; with a run's folder that of the episodes");
  command->add_option("--episode-seed", arguments->episode_seed,
                      "decides initial states and what the policy draws (default 0)");
  command
      ->add_option("--against", arguments->against, "folder of another run of the same task: side by side, same seeds")
      ->check(CLI::ExistingDirectory);
  command
      ->add_option("--policy", arguments->policy,
                   "best (of all evaluations; the default) or last (of the last checkpoint)")
      ->check(CLI::IsMember({"best", "last"}));
  command->add_option("--mode", arguments->mode, "deterministic (the evaluation policy; the default) or sampled")
      ->check(CLI::IsMember({"deterministic", "sampled"}));
  command->add_option("--episodes", options.episodes, "how many (default 1)")->check(CLI::PositiveNumber);
  command->add_option("--steps", options.most_steps, "end every episode after so many environment steps")
      ->check(CLI::PositiveNumber);
  command->add_option("--size", arguments->size, "of a picture in pixels (default 320x240)");
  command->add_option("--every", options.every, "environment steps between frames (default 1)")
      ->check(CLI::PositiveNumber);
  command->add_option("--fps", options.frames_per_second, "frames in a second; the simulated time if left out")
      ->check(CLI::Range(0.1, 1000.0));
  command->add_option("--still", options.still, "also a film strip of the first episode, a PNG of so many frames")
      ->check(CLI::Range(1, 100));
  command->add_flag("--csv", options.csv, "also the trajectory: observations, states, actions, rewards, terms");
  command->add_flag("--no-gif", arguments->no_gif, "no GIF");
  command->add_flag("--no-mp4", arguments->no_mp4, "no MP4, also where ffmpeg is installed");
  command->add_option("--out", options.stem,
                      "files are called like this, with an ending; the run's folder/watch-POLICY if left out");
  command->callback([arguments, &status] { status = show(*arguments); });
}

}  // namespace tutti::cli
