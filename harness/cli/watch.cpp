// tutti watch: what a stored policy does, as a film.
#include "watch/watch.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "cli/not_empty.hpp"
#include "cli/numbers.hpp"
#include "cli/progress_line.hpp"
#include "cli/text_table.hpp"
#include "launch/say.hpp"
#include "launch/stop_requests.hpp"
#include "run/guard.hpp"
#include "run/preparation.hpp"
#include "watch/mp4.hpp"

namespace tutti::cli {
namespace {

constexpr std::int64_t kSmallestSide = 16;  // of a picture, as environments agree to
constexpr std::int64_t kMostSteps = 1'000'000'000;
constexpr std::int64_t kMostEpisodes = 1'000'000;
constexpr std::int64_t kMostStillFrames = 100;

struct WatchArguments {
  std::filesystem::path folder;
  std::string task, algorithm, seed, episode_seed;
  std::filesystem::path against;
  std::string policy = "best";
  std::string mode = "deterministic";
  std::string size = "320x240";
  bool json = false;
  bool no_words = false;
  bool no_gif = false;
  bool no_mp4 = false;
  watch::WatchOptions options;
};

std::int64_t number_in(std::string_view text, const char* option, const char* expected) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= 0) return value;
  throw Error(fmt::format("{} is \"{}\"; expected {}", option, text, expected));
}

FrameSize size_from(const std::string& text) {
  const std::size_t middle = std::min(text.find('x'), text.size());
  const auto side = [&](std::size_t begin, std::size_t end) {
    std::int64_t value = 0;
    const auto [last, error] = std::from_chars(text.data() + begin, text.data() + end, value);
    return error == std::errc() && last == text.data() + end ? value : 0;
  };
  const FrameSize size{side(0, middle), side(std::min(middle + 1, text.size()), text.size())};
  const auto fits = [](std::int64_t value) { return value >= kSmallestSide && value <= kLargestFrameSide; };
  if (!fits(size.width) || !fits(size.height))
    throw Error(fmt::format("--size is \"{}\"; expected WIDTHxHEIGHT in pixels, such as 320x240, each from {} to {}",
                            text, kSmallestSide, kLargestFrameSide));
  return size;
}

double rate_from(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (is_number && value >= 0.1 && value <= 1000) return value;
  throw Error(fmt::format("--fps: \"{}\": expected a number from 0.1 to 1000", text));
}

void warn_of(const std::filesystem::path& folder, const watch::StoredPolicy& policy) {
  for (const std::string& difference : policy.differences()) {
    launch::say(stderr, fmt::format("warning: {} was made with something else: {}\n", folder.string(), difference));
  }
}

std::string rounded(double value) { return fmt::format("{:.2f}", value); }

std::string table_of(const watch::Watched& watched, const std::vector<std::string>& labels,
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
  std::string text = text_table(table);
  for (const std::filesystem::path& file : watched.files) text += file.string() + "\n";
  return text;
}

// For programs: everything of the table, and where the frames of the strip are.
std::string json_of(const watch::Watched& watched, const std::vector<watch::StoredPolicy*>& policies) {
  using Json = nlohmann::ordered_json;
  const std::vector<std::string> labels = watch::labels_of(policies);
  const EnvironmentSpec& spec = policies.front()->environment().spec();
  Json out{{"policies", Json::array()}, {"episodes", Json::array()}};
  for (std::size_t i = 0; i < policies.size(); ++i) {
    out["policies"].push_back(
        {{"label", labels[i]}, {"step", policies[i]->step()}, {"differences", policies[i]->differences()}});
  }
  for (std::size_t episode = 0; episode < watched.episodes.size(); ++episode) {
    for (std::size_t i = 0; i < policies.size(); ++i) {
      const watch::EpisodeSummary& summary = watched.episodes[episode][i];
      Json terms = Json::object();
      for (std::size_t k = 0; k < summary.terms.size(); ++k) terms[spec.reward_terms[k]] = summary.terms[k];
      out["episodes"].push_back({{"episode", episode},
                                 {"policy", labels[i]},
                                 {"seed", summary.seed},
                                 {"return", summary.episode_return},
                                 {"length", summary.length},
                                 {"ended", summary.ended},
                                 {"terms", terms}});
    }
  }
  out["strip_steps"] = watched.strip_steps;
  out["files"] = Json::array();
  for (const std::filesystem::path& file : watched.files) out["files"].push_back(file.string());
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Beside a suite's folder --seed names the run, beside a run's folder the episodes.
std::filesystem::path chosen_run(const WatchArguments& arguments, std::uint64_t& episode_seed) {
  const bool is_run = std::filesystem::is_regular_file(arguments.folder / "config.toml");
  if (is_run && !arguments.seed.empty() && !arguments.episode_seed.empty())
    throw Error("--seed and --episode-seed are the same beside a run's folder; give one of them");
  const bool names_episodes = is_run && arguments.episode_seed.empty();
  const std::string& text = names_episodes ? arguments.seed : arguments.episode_seed;
  const char* const option = names_episodes ? "--seed" : "--episode-seed";
  if (!text.empty()) episode_seed = static_cast<std::uint64_t>(number_in(text, option, "a whole number of at least 0"));
  return watch::find_run(arguments.folder, arguments.task, arguments.algorithm, is_run ? "" : arguments.seed);
}

/// The start of the names of files, without an ending that they get anyway.
std::filesystem::path stem_from(std::filesystem::path stem) {
  const std::string name = stem.filename().string();
  if (name.empty() || name == "." || name == "..")
    throw Error(fmt::format("--out {} is a folder; expected the start of file names, such as {}", stem.string(),
                            (stem / "film").lexically_normal().string()));
  for (const char* const ending : {".gif", ".mp4", ".png", ".csv"}) {
    if (stem.extension() == ending) return stem.replace_extension();
  }
  return stem;
}

void require_run(const std::filesystem::path& folder) {
  if (std::filesystem::exists(folder / "config.toml")) return;
  throw Error(
      fmt::format("--against {}: no folder of a run, for it has no config.toml; expected one such as "
                  "results/SUITE/TASK/ALGORITHM/seed-1",
                  folder.string()));
}

int show(WatchArguments arguments) {
  run::prepare_to_compute();
  run::trace_fatal_signals();  // of plugins: their stack trace says where
  watch::WatchOptions& options = arguments.options;
  options.size = size_from(arguments.size);
  options.mode = arguments.mode == "sampled" ? ActMode::kSampled : ActMode::kDeterministic;
  options.words = !arguments.no_words;
  options.gif = !arguments.no_gif;
  options.mp4 = !arguments.no_mp4 && watch::Mp4Writer::is_available();
  const std::filesystem::path folder = chosen_run(arguments, options.seed);
  options.stem = options.stem.empty() ? folder / ("watch-" + arguments.policy) : stem_from(options.stem);

  const watch::Which which = arguments.policy == "last" ? watch::Which::kLast : watch::Which::kBest;
  loader::Registry registry = load_plugins();
  watch::StoredPolicy policy(folder, which, registry);
  warn_of(folder, policy);
  std::vector<watch::StoredPolicy*> policies = {&policy};
  std::optional<watch::StoredPolicy> other;
  if (!arguments.against.empty()) {
    require_run(arguments.against);
    other.emplace(arguments.against, which, registry);
    watch::require_same_task(policy.run(), other->run());
    warn_of(arguments.against, *other);
    policies.push_back(&*other);
  }
  if (!arguments.no_mp4 && !options.mp4)
    launch::say(stderr, "no MP4: ffmpeg is not installed (on Debian: apt install ffmpeg)\n");
  try {
    const launch::StopRequests stop_requests{launch::StopRequests::Insistent{}};
    ProgressLine line;
    const watch::Watched watched =
        watch::watch(policies, options,
                     {.should_stop = [&] { return stop_requests.asked(); },
                      .progress =
                          [&](std::int64_t episode, std::int64_t step) {
                            run::note_step(step);
                            if (line.is_due())
                              line.show(fmt::format("episode {} of {}, step {}", episode + 1, options.episodes, step));
                          }});
    line.clear();
    launch::say(stdout, arguments.json ? json_of(watched, policies)
                                       : table_of(watched, watch::labels_of(policies), policy.environment().spec()));
  } catch (const watch::Stopped& stopped) {
    launch::say(stderr, fmt::format("{}\n", stopped.what()));
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
  add_count(*command, "--episodes", options.episodes, kMostEpisodes, "how many, from 1 to 1,000,000 (default 1)");
  add_count(*command, "--steps", options.most_steps, kMostSteps,
            "end every episode after so many environment steps, at least 1");
  command->add_option("--size", arguments->size, "of a picture in pixels, each side from 16 to 2048 (default 320x240)");
  add_count(*command, "--every", options.every, kMostSteps, "environment steps between frames, at least 1 (default 1)");
  command
      ->add_option_function<std::string>(
          "--fps", [&options](const std::string& text) { options.frames_per_second = rate_from(text); },
          "frames in a second, from 0.1 to 1000; the simulated time if left out")
      ->type_name("NUMBER");
  add_count(*command, "--still", options.still, kMostStillFrames,
            "also a film strip of the first episode, a PNG of so many frames, from 1 to 100");
  command->add_flag("--csv", options.csv, "also the trajectory: observations, states, actions, rewards, terms");
  command->add_flag("--no-words", arguments->no_words, "no label, step and return in the pictures");
  command->add_flag("--json", arguments->json, "print the episodes as JSON");
  command->add_flag("--no-gif", arguments->no_gif, "no GIF");
  command->add_flag("--no-mp4", arguments->no_mp4, "no MP4, also where ffmpeg is installed");
  command
      ->add_option("--out", options.stem,
                   "files are called like this, with an ending; the run's folder/watch-POLICY if left out")
      ->check(not_empty());
  command->callback([arguments, &status] { status = show(*arguments); });
}

}  // namespace tutti::cli
