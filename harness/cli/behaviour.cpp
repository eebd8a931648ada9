#include "cli/behaviour.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/progress_line.hpp"
#include "launch/command.hpp"
#include "process/temporary_folder.hpp"
#include "results/files.hpp"
#include "run/guard.hpp"
#include "tutti/error.hpp"

namespace tutti::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kMostDrawingTime{120};
// Six frames and the gaps between them are as wide as the page.
constexpr const char* kFrames = "6";
constexpr const char* kSize = "192x144";

// The same wherever the results lie.
std::string without_place(std::string text, const reports::ShownRun& run) {
  const std::string place = run.folder.string();
  for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + run.name.size())) {
    text.replace(at, place.size(), run.name);
  }
  return text;
}

std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);  // from the start where there is only one
}

std::string reason_of(const launch::BoundedResult& result, const reports::ShownRun& run) {
  if (result.timed_out) return fmt::format("it took longer than {} seconds", kMostDrawingTime.count());
  // A crash leaves a stack trace, which says nothing to readers of a report.
  const std::string said = last_line(result.errors.substr(0, result.errors.find(run::kFatalSignalLine)));
  const std::string reason = said.empty() ? "its process gave no reason" : without_place(said, run);
  return result.status <= 128 ? reason
                              : fmt::format("its process was ended by signal {}: {}", result.status - 128, reason);
}

void take_facts(const std::string& json, reports::Strip& strip) {
  const auto facts = nlohmann::json::parse(json);
  const auto& episode = facts.at("episodes").at(0);
  const auto& policy = facts.at("policies").at(0);
  strip.steps = facts.at("strip_steps").get<std::vector<std::int64_t>>();
  strip.policy_step = policy.at("step");
  strip.differences = policy.at("differences");
  strip.episode_return = episode.at("return");
  strip.length = episode.at("length");
  strip.ended = episode.at("ended");
}

reports::Strip film(const reports::ShownRun& run, const fs::path& stem) {
  reports::Strip strip;
  strip.run = run;
  try {
    const launch::BoundedResult result =
        launch::run_bounded({"/proc/self/exe", "watch", fs::absolute(run.folder).string(), "--still", kFrames, "--size",
                             kSize, "--no-words", "--no-gif", "--no-mp4", "--json", "--out", stem.string()},
                            kMostDrawingTime);
    if (result.status != 0) {
      strip.reason = reason_of(result, {run.task, run.algorithm, run.seed, run.name, fs::absolute(run.folder)});
      return strip;
    }
    take_facts(result.output, strip);
    strip.png = results::read_file(stem.string() + ".png");
  } catch (const std::exception& error) {
    strip.reason = error.what();
  }
  return strip;
}

}  // namespace

std::vector<reports::Strip> film_strips(const std::vector<reports::ShownRun>& runs) {
  const TemporaryFolder folder("tutti-report");
  std::vector<reports::Strip> strips;
  ProgressLine line;
  for (const reports::ShownRun& run : runs) {
    line.show(fmt::format("behaviour: film strip {} of {}", strips.size() + 1, runs.size()));
    strips.push_back(film(run, folder.path() / std::to_string(strips.size())));
  }
  return strips;
}

}  // namespace tutti::cli
