// The numbers in documents that have raw results in this tree come out of them again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
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

/// The row of a page's table: the label, then the means, of `steps` or of all.
std::string row(const std::string& label, const std::filesystem::path& run, const char* format,
                const std::set<int>& steps = {}) {
  std::string result = "| `" + label + "` |";
  for (const auto& [step, mean] : means(run / "evaluations.csv")) {
    if (!steps.empty() && !steps.contains(step)) continue;
    char text[32];
    std::snprintf(text, sizeof text, format, mean);
    result += " " + std::string(text) + " |";
  }
  return result;
}

/// Every run of `suite` has its row on the page `document`.
void expect_rows(const std::string& suite, const char* document) {
  const std::string page = content(kSource / document);
  int runs = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(kEvidence / suite)) {
    if (file.path().filename() != "evaluations.csv") continue;
    const std::filesystem::path run = file.path().parent_path();
    const bool small_returns = run.string().find("/mpe/") != std::string::npos;
    const std::string line = row(run.parent_path().filename(), run, small_returns ? "%.1f" : "%.0f");
    EXPECT_NE(page.find(line), std::string::npos) << document << " lacks " << line;
    ++runs;
  }
  EXPECT_GT(runs, 5) << suite;
}

TEST(Evidence, OfOneChangeAtATimeIsWhatTheDocumentsSay) {
  expect_rows("defaults-robots", "plugins/algorithms/omad/README.md");
  expect_rows("defaults-coop-nav", "plugins/algorithms/omad/README.md");
  expect_rows("baselines", "docs/evidence.md");
  expect_rows("swimmer-discount", "docs/evidence.md");
}

TEST(Evidence, OfMasdacIsWhatTheDocumentsSay) {
  const std::string page = content(kSource / "docs/evidence.md");
  for (const std::string task : {"half-cheetah-2x3", "walker2d-2x3", "ant-2x4"}) {
    const std::string suite = task == "ant-2x4" ? "masdac-ant" : "masdac-robots";
    const auto run = kEvidence / suite / "mamujoco" / task / "masdac/seed-11";
    const std::string line = row(task, run, "%.0f", {5'000, 12'500, 25'000, 50'000});
    EXPECT_NE(page.find(line), std::string::npos) << line;
  }
}

/// The tasks that have been run with three seeds, of which reports/example is made, and those that have two so
/// far.
constexpr const char *kThreeSeeds = "ten-tasks-", *kTwoSeeds = "two-seeds-";

/// The report of the suites whose names begin with `prefix`, in `folder`/report.
void report_tasks(const char* prefix, const std::filesystem::path& folder) {
  std::set<std::string> suites;
  for (const auto& suite : std::filesystem::directory_iterator(kEvidence)) {
    if (suite.path().filename().string().starts_with(prefix)) suites.insert(suite.path());
  }
  std::vector<std::string> arguments{"report", "--out", "report"};
  arguments.insert(arguments.begin() + 1, suites.begin(), suites.end());
  const Outcome outcome = tutti(arguments, folder);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
}

/// Rows of results in a page's tables: those that start with a task or an algorithm.
std::set<std::string> result_rows(const std::string& page) {
  std::set<std::string> rows;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    for (const char* first : {"coop-nav-", "half-cheetah-", "walker2d-", "ant-", "swimmer-", "physical-deception-",
                              "mpe/", "mamujoco/", "omad |", "hasac |", "masac |", "hatd3 |", "masdac |"}) {
      if (line.starts_with("| " + std::string(first))) rows.insert(line);
    }
  }
  return rows;
}

TEST(Evidence, OfTheTenTasksIsWhatTheDocumentsSay) {
  std::set<std::string> reported;
  for (const char* prefix : {kThreeSeeds, kTwoSeeds}) {
    const TemporaryFolder folder;
    report_tasks(prefix, folder.path());
    for (const char* table : {"main", "milestones", "sample-efficiency", "thresholds", "coverage"})
      reported.merge(result_rows(content(folder.path() / "report/tables" / (std::string(table) + ".md"))));
  }
  for (const char* page : {"README.md", "docs/evidence.md"}) {
    const std::set<std::string> written = result_rows(content(kSource / page));
    EXPECT_GE(written.size(), 3U) << page;
    for (const std::string& line : written) EXPECT_TRUE(reported.contains(line)) << page << ": " << line;
  }
}

TEST(Evidence, TheExampleOfAReportIsMadeFromIt) {
  const TemporaryFolder folder;
  report_tasks(kThreeSeeds, folder.path());
  const auto names = [](const std::filesystem::path& of) {
    std::set<std::string> result;
    for (const auto& file : std::filesystem::directory_iterator(of)) result.insert(file.path().filename());
    return result;
  };
  const auto example = kSource / "reports/example/tables", made = folder.path() / "report/tables";
  ASSERT_EQ(names(example), names(made));
  for (const std::string& name : names(example)) EXPECT_EQ(content(example / name), content(made / name)) << name;
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
