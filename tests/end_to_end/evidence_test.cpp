// The numbers of OMAD's README that have raw results in this tree come out of them again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>
#include <sstream>

#include "end_to_end/program.hpp"

namespace tutti::end_to_end {
namespace {

const std::filesystem::path kSource = TUTTI_SOURCE_DIR;
const std::filesystem::path kEvidence = kSource / "reports/evidence";

std::vector<std::string> fields(const std::string& line, char separator) {
  std::vector<std::string> result;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, separator);) result.push_back(field);
  return result;
}

/// Step and `name` of every episode in a file of evaluations.
std::vector<std::pair<int, double>> episodes(const std::filesystem::path& file, const char* name) {
  std::istringstream lines(content(file));
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> columns = fields(line, ',');
  const auto column = [&](const char* of) {
    return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), of) - columns.begin());
  };
  std::vector<std::pair<int, double>> result;
  while (std::getline(lines, line)) {
    const std::vector<std::string> cells = fields(line, ',');
    result.emplace_back(std::stoi(cells.at(column("step"))), std::stod(cells.at(column(name))));
  }
  return result;
}

/// Mean return of every evaluation, by its step.
std::map<int, double> means(const std::filesystem::path& file) {
  std::map<int, std::pair<double, int>> sums;
  for (const auto& [step, value] : episodes(file, "return")) {
    auto& [sum, count] = sums[step];
    sum += value;
    ++count;
  }
  std::map<int, double> result;
  for (const auto& [step, sum] : sums) result[step] = sum.first / sum.second;
  return result;
}

/// The row of a README's table: the label, then the means.
std::string row(const std::string& label, const std::filesystem::path& run, const char* format) {
  std::string result = "| `" + label + "` |";
  for (const auto& [step, mean] : means(run / "evaluations.csv")) {
    char text[32];
    std::snprintf(text, sizeof text, format, mean);
    result += " " + std::string(text) + " |";
  }
  return result;
}

TEST(Evidence, OfNormalisedRewardsIsWhatTheReadmeOfOmadSays) {
  const std::string readme = content(kSource / "plugins/algorithms/omad/README.md");
  for (const char* label : {"omad-normalised", "omad-plain", "omad-normalised-target"}) {
    const auto in = [&](const char* suite) { return kEvidence / suite / label / "seed-101"; };
    for (const std::string& line :
         {row(label, in("omad-normalisation-coop-nav/mpe/coop-nav-n3"), "%.1f"),
          row(label, in("omad-normalisation-half-cheetah/mamujoco/half-cheetah-2x3"), "%.0f")}) {
      EXPECT_NE(readme.find(line), std::string::npos) << line;
    }
  }
}

/// Mean ± sample deviation, such as "-220 ± 20".
std::string mean_and_deviation(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  char text[64];
  std::snprintf(text, sizeof text, "%.0f ± %.0f", mean, std::sqrt(squares / (count - 1)));
  return text;
}

TEST(Evidence, OfTheDefaultValuesIsWhatTheReadmeOfOmadSays) {
  const std::string readme = content(kSource / "plugins/algorithms/omad/README.md");
  for (const std::string label : {"omad", "masac", "hasac", "hatd3"}) {
    std::map<int, std::vector<double>> of_steps;
    std::vector<double> of_best_policy;
    for (const char* seed : {"seed-11", "seed-12", "seed-13"}) {
      const auto run = kEvidence / "ten-tasks-mamujoco/mamujoco/half-cheetah-2x3" / label / seed;
      for (const auto& [step, mean] : means(run / "evaluations.csv")) of_steps[step].push_back(mean);
      for (const auto& [step, mean] : means(run / "absolute.csv")) of_best_policy.push_back(mean);
    }
    std::string line = "| `" + label + "` | ";
    for (int step = 0; step <= 50'000; step += 10'000) line += mean_and_deviation(of_steps.at(step)) + " | ";
    line += mean_and_deviation(of_best_policy) + " |";
    EXPECT_NE(readme.find(line), std::string::npos) << line;
  }
}

/// How many episodes of the last evaluation have a first action within 0.25 of `optimum`.
int first_actions_at(double optimum, const std::filesystem::path& run) {
  std::map<int, int> counts;
  for (const auto& [step, action] : episodes(run / "evaluations.csv", "term_first_action"))
    counts[step] += std::abs(action - optimum) < 0.25 ? 1 : 0;
  return counts.empty() ? 0 : counts.rbegin()->second;
}

TEST(Evidence, OfModesIsWhatTheReadmeOfOmadSays) {
  const std::string readme = content(kSource / "plugins/algorithms/omad/README.md");
  for (const std::string label : {"omad", "hasac", "hasac-cool"}) {
    const auto run = kEvidence / "modes/bandit/separable" / label / "seed-1";
    const std::string line = "| `" + label + "` | " + std::to_string(first_actions_at(-0.6, run)) + " | " +
                             std::to_string(first_actions_at(0.6, run)) + " |";
    EXPECT_NE(readme.find(line), std::string::npos) << line;
  }
}

TEST(Evidence, CanBeReported) {
  for (const auto& suite : std::filesystem::directory_iterator(kEvidence)) {
    const TemporaryFolder folder;
    const Outcome outcome = tutti({"report", suite.path().string(), "--out", "report"}, folder.path());
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_GT(content(folder.path() / "report/tables/main.csv").size(), 100U);
  }
}

}  // namespace
}  // namespace tutti::end_to_end
