#include "reports/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "reports/export/output_folder.hpp"
#include "reports/figures/figures.hpp"
#include "reports/figures/gnuplot.hpp"
#include "reports/page/document.hpp"
#include "reports/text/wording.hpp"
#include "suite_folder.hpp"
#include "tests/harness/results/temporary_folder.hpp"
#include "tests/reports/synthetic.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Of this process: ctest runs each test in one of its own, several at once.
fs::path fresh_folder(const std::string& name) {
  static const testing_support::TemporaryFolder folder;
  return folder.path() / name;
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) out[fs::relative(entry.path(), folder)] = read(entry.path());
  }
  return out;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

// One report that several tests only read.
class FullReport : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = fresh_folder("full");
    analysis = testing::synthetic_analysis(2, 3, 5);
    written = write_report(analysis, {}, folder);
  }

  static inline fs::path folder;
  static inline Analysis analysis;
  static inline WrittenReport written;
};

TEST_F(FullReport, WritesEveryFileOfItsLayout) {
  for (const std::string name : {"main", "aggregate", "thresholds", "sample-efficiency", "milestones", "coverage",
                                 "improvement", "failures", "runtime", "published"}) {
    for (const std::string ending : {".md", ".csv", ".tex", "-standalone.tex"}) {
      EXPECT_GT(fs::file_size(folder / "tables" / (name + ending)), 0U) << name << ending;
    }
  }
  EXPECT_TRUE(fs::exists(written.page));
  EXPECT_TRUE(fs::exists(folder / "report.md"));
  EXPECT_TRUE(fs::exists(folder / "report.json"));
  if (!testing::gnuplot_available()) GTEST_SKIP() << "gnuplot is not installed; figures were not checked";
  EXPECT_TRUE(written.remarks.empty()) << written.remarks.front();
  for (const std::string name : {"curves-mamujoco-ant-2x4", "curves-all", "efficiency", "aggregate", "profile",
                                 "improvement", "coverage", "wallclock"}) {
    for (const std::string ending : {".svg", ".pdf", ".png", ".csv", ".gp"}) {
      EXPECT_GT(fs::file_size(folder / "figures" / (name + ending)), 0U) << name << ending;
    }
  }
}

TEST_F(FullReport, TheSameAnalysisGivesTheSameBytes) {
  const fs::path second = fresh_folder("again");
  write_report(analysis, {}, second);
  const auto a = contents(folder), b = contents(second);
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, text] : a) EXPECT_TRUE(text == b.at(name)) << name;
}

TEST(Report, BehaviourIsShownWithItsReasonsWhereItWasAskedFor) {
  const Analysis analysis = testing::synthetic_analysis(2, 2, 3);
  ReportOptions options;
  options.behaviour = true;
  const std::vector<Strip> strips = {{.run = {0, 0, 3, "a/b/seed-3", "/x"},
                                      .png = "\x89PNG",
                                      .reason = "",
                                      .steps = {0, 5, 10},
                                      .policy_step = 2000,
                                      .episode_return = -12.5,
                                      .length = 10,
                                      .ended = "truncated",
                                      .differences = {"omad: <other> build"}},
                                     {.run = {1, 1, 2, "c/d/seed-2", "/y"},
                                      .png = "",
                                      .reason = "c/d/seed-2: no policy is kept",
                                      .steps = {},
                                      .ended = "",
                                      .differences = {}}};
  const fs::path folder = fresh_folder("behaviour");
  const WrittenReport written = write_report(analysis, options, folder, strips);
  const std::string page = read(folder / "index.html");
  for (const std::string part :
       {"<img src=\"data:image/png;base64,iVBORw==\"", "return -12.50 in 10 environment steps, truncated",
        "after 0, 5, 10 environment steps", "omad: &lt;other&gt; build", "(seed 2): no policy is kept"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_NE(read(folder / "report.md").find("](figures/behaviour-"), std::string::npos);
  EXPECT_EQ(count(page, "src=\"http"), 0U);
  write_report(analysis, options, folder, {});
  EXPECT_NE(read(folder / "index.html").find("There is nothing to show: no run here has an evaluated policy."),
            std::string::npos);
  for (const std::string& file : written.files) {
    EXPECT_FALSE(file.starts_with("figures/behaviour-") && fs::exists(folder / file)) << file;
  }
  write_report(analysis, {}, folder, {});
  EXPECT_EQ(read(folder / "index.html").find("Behaviour"), std::string::npos);
}

TEST(Report, WritingAgainRemovesFiguresOfTasksThatAreGoneAndNothingElse) {
  const fs::path folder = fresh_folder("fewer");
  write_report(testing::synthetic_analysis(2, 2, 3), {}, folder);
  std::ofstream(folder / "tables" / "mine.txt") << "kept";
  ASSERT_TRUE(fs::exists(folder / "figures" / "curves-mamujoco-ant-4x2.csv"));
  write_report(testing::synthetic_analysis(1, 2, 3), {}, folder);
  EXPECT_FALSE(fs::exists(folder / "figures" / "curves-mamujoco-ant-4x2.csv"));
  EXPECT_TRUE(fs::exists(folder / "tables" / "mine.txt"));
}

TEST(Report, WritingAgainRemovesExportsOfAlgorithmsThatAreGone) {
  SuiteFolder suite(1, 2), fewer(1, 2);
  for (int seed = 0; seed < 2; ++seed) {
    suite.add(plain_run("mpe/a", "omad", seed, {0, 1}, 1));
    fewer.add(plain_run("mpe/a", "omad", seed, {0, 1}, 1));
    suite.add(plain_run("mpe/a", "gone", seed, {0, 1}, 1));
  }
  const fs::path folder = fresh_folder("exports");
  write_report(analyse_folder(suite.write(), quick_options()), quick_options(), folder);
  ASSERT_TRUE(fs::exists(folder / "export" / "rliable" / "final" / "gone.npy"));
  write_report(analyse_folder(fewer.write(), quick_options()), quick_options(), folder);
  EXPECT_FALSE(fs::exists(folder / "export" / "rliable" / "final" / "gone.npy"));
  EXPECT_TRUE(fs::exists(folder / "export" / "rliable" / "final" / "omad.npy"));
  const auto files = nlohmann::json::parse(read(folder / "report.json"))["files"];
  for (const char* name : {"export/episodes.csv", "export/marl-eval/metrics.json", "export/rliable/tasks.txt"}) {
    EXPECT_NE(std::find(files.begin(), files.end(), name), files.end()) << name;
  }
}

TEST(Report, AForeignListOfFilesRemovesNothing) {
  const fs::path folder = fresh_folder("foreign");
  fs::create_directories(folder / "tables");
  for (const char* name : {"mine", "tables/mine"}) std::ofstream(folder / name) << "kept";
  std::ofstream(folder / "report.json") << R"({"files": ["mine", "export/../tables/mine", "", 3]})";
  write_report(testing::empty_analysis(1, 1), {}, folder);
  EXPECT_TRUE(fs::exists(folder / "mine"));
  EXPECT_TRUE(fs::exists(folder / "tables" / "mine"));
}

// A folder of results from elsewhere may hold a report folder with traps in it.
TEST(Report, SymbolicLinksInAFolderFromElsewhereReachNothingOutside) {
  const fs::path folder = fresh_folder("traps"), outside = fresh_folder("outside");
  fs::create_directories(folder / "export/rliable");
  fs::create_directories(folder / "figures");
  fs::create_directories(outside);
  std::ofstream(outside / "mine") << "mine";
  for (const char* trap : {"index.html", "index.html.new", "report.md.new", "export/rliable/tasks.txt.new",
                           "figures/curves-all.svg", "figures/curves-all.log", "figures/curves-all.gp.new"}) {
    fs::create_symlink(outside / "mine", folder / trap);
  }
  SuiteFolder suite(1, 2);
  for (int seed = 0; seed < 2; ++seed) suite.add(plain_run("mpe/a", "omad", seed, {0, 1}, 1));
  write_report(analyse_folder(suite.write(), quick_options()), quick_options(), folder);
  EXPECT_EQ(read(outside / "mine"), "mine");

  fs::remove_all(folder / "figures");
  fs::create_directory_symlink(outside, folder / "figures");
  std::ofstream(folder / "report.json") << R"({"files": ["figures/mine"]})";
  EXPECT_THROW(write_report(analyse_folder(suite.write(), quick_options()), quick_options(), folder), Error);
  EXPECT_EQ(read(outside / "mine"), "mine");
  EXPECT_EQ(std::distance(fs::directory_iterator(outside), {}), 1);
}

TEST_F(FullReport, ThePageFetchesNothing) {
  const std::string page = read(folder / "index.html");
  ASSERT_NE(page.find("<table"), std::string::npos);
  ASSERT_TRUE(page.ends_with("</main>\n</body>\n</html>\n"));
  for (const char* foreign :
       {"http:", "https:", "src=", "<script", "<link", "@import", "url(", "<iframe", "javascript:"}) {
    EXPECT_EQ(page.find(foreign), std::string::npos) << foreign;
  }
}

TEST_F(FullReport, EveryLinkOfThePageLeadsSomewhere) {
  const std::string page = read(folder / "index.html");
  std::map<std::string, int> ids;
  const std::regex id("\\sid=[\"']([^\"']+)[\"']"), link("href=[\"']([^\"']+)[\"']");
  for (std::sregex_iterator i(page.begin(), page.end(), id), end; i != end; ++i) ++ids[(*i)[1]];
  for (const auto& [name, times] : ids) EXPECT_EQ(times, 1) << "id " << name;
  int links = 0;
  for (std::sregex_iterator i(page.begin(), page.end(), link), end; i != end; ++i, ++links) {
    const std::string target = (*i)[1];
    if (target.starts_with('#')) {
      EXPECT_EQ(ids.count(target.substr(1)), 1U) << target;
    } else {
      EXPECT_TRUE(fs::exists(folder / target)) << target;
    }
  }
  EXPECT_GT(links, 40);
}

TEST_F(FullReport, SectionsComeInTheirFixedOrder) {
  const std::string page = read(folder / "index.html"), markdown = read(folder / "report.md");
  std::size_t at = 0, line = 0;
  for (const std::string heading :
       {"Main table", "Learning curves", "Aggregate metrics", "Sample efficiency and speed-up", "Performance profile",
        "Probability of improvement", "State coverage", "Updates, run time and resources",
        "Published figures beside measured ones", "What was run", "How it was computed"}) {
    at = page.find(heading + "</h2>", at);
    line = markdown.find("## " + heading + "\n", line);
    ASSERT_NE(at, std::string::npos) << heading;
    ASSERT_NE(line, std::string::npos) << heading;
  }
}

TEST(Report, TextOfOthersIsNeverMarkup) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  analysis.suite = "<script>alert(1)</script>";
  analysis.algorithms[0].label = "a'b\"<c>|`d`";
  analysis.failures[0].failure.message = "`rm -rf` </td><td> \xff";
  const fs::path folder = fresh_folder("markup");
  const WrittenReport written = write_report(analysis, {}, folder);
  const std::string page = read(folder / "index.html");
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<c>"), std::string::npos);
  EXPECT_EQ(count(page, "<table"), count(page, "</table>"));
  if (testing::gnuplot_available()) {
    EXPECT_TRUE(written.remarks.empty()) << written.remarks.front();
  }
}

TEST_F(FullReport, NumbersInTheJsonAreTheAnalysis) {
  const auto json = nlohmann::json::parse(read(folder / "report.json"));
  EXPECT_EQ(json["main"]["cells"]["mamujoco/ant-2x4"]["OMAD"]["mean"].get<double>(), analysis.main.cells[0][0].mean);
  EXPECT_EQ(json["aggregates"]["algorithms"]["HASAC"]["iqm"]["interval"][1].get<double>(),
            analysis.aggregates.algorithms[1].iqm.interval->high);
  EXPECT_TRUE(json["coverage"]["bins"][1].is_null());
  EXPECT_EQ(json["sample_efficiency"]["tasks"]["mamujoco/ant-2x4"]["algorithms"]["HATD3"]["median_steps"], "infinity");
  EXPECT_GT(json["definitions"]["iqm"]["text"].get<std::string>().size(), 20U);
}

TEST(Report, TheJsonHasEveryDeclaredOption) {
  ReportOptions options;
  options.task_bootstrap = true;
  options.include_initial = true;
  options.level = 0.9;
  const auto json = nlohmann::json::parse(report_json(testing::empty_analysis(1, 1), options, {}, {}));
  ParameterSchema schema;
  declare_options(schema);
  EXPECT_EQ(json["options"].size(), schema.size());
  for (const ParameterSpec& spec : schema) EXPECT_TRUE(json["options"].contains(spec.name)) << spec.name;
  EXPECT_EQ(json["options"]["task_bootstrap"], true);
  EXPECT_EQ(json["options"]["include_initial"], true);
  EXPECT_EQ(json["options"]["level"], 0.9);
}

TEST(Report, DefinitionsFollowTheOptionsInForce) {
  const auto text = [](const std::string& id, const ReportOptions& options) {
    Analysis analysis = testing::empty_analysis(1, 1);
    analysis.normalization = options.normalize;
    for (const Definition& definition : definitions(analysis, options)) {
      if (definition.id == id) return definition.text;
    }
    return std::string();
  };
  ReportOptions options;
  EXPECT_EQ(text("bootstrap", options).find("as many tasks"), std::string::npos);
  EXPECT_NE(text("speed-up", options).find("first has its peak"), std::string::npos);
  options.task_bootstrap = true;
  options.threshold = ThresholdKind::kValue;
  options.normalize = Normalization::kReference;
  EXPECT_NE(text("bootstrap", options).find("as many tasks"), std::string::npos);
  EXPECT_EQ(text("speed-up", options).find("first has its peak"), std::string::npos);
  EXPECT_NE(text("normalised", options).find("uniformly random play, and a named achievement"), std::string::npos);
}

TEST(Report, DefinitionsAreThoseOfTheRulesInForce) {
  const auto text = [](const std::string& id, const ReportOptions& options) {
    for (const Definition& definition : definitions(testing::synthetic_analysis(1, 1, 3), options)) {
      if (definition.id == id) return definition.text;
    }
    return std::string();
  };
  const auto has = [](const std::string& whole, const char* part) { return whole.find(part) != std::string::npos; };
  ReportOptions options;
  EXPECT_TRUE(has(text("iqm", options), "floor(N·M/4)"));
  EXPECT_TRUE(has(text("profile", options), "fraction of runs"));
  EXPECT_TRUE(has(text("marks", options), "Welch"));
  EXPECT_FALSE(has(text("steps-to-threshold", options), "stays there"));
  options.ragged = true;
  options.profile = ProfileOf::kAverages;
  options.mark = Underline::kSecond;
  options.hold = 3;
  EXPECT_FALSE(has(text("iqm", options), "floor(N·M/4)"));
  EXPECT_TRUE(has(text("profile", options), "fraction of tasks"));
  EXPECT_FALSE(has(text("marks", options), "Welch"));
  EXPECT_TRUE(has(text("steps-to-threshold", options), "stays there for 3 evaluations"));
  const std::string caption = profile_figure(testing::synthetic_analysis(1, 1, 3), options).caption;
  EXPECT_TRUE(has(caption, "Of the tasks' mean scores clipped to [0, 1], the median is")) << caption;
}

TEST(Report, CaptionsAndDefinitionsOfThresholdsHaveTheSameWords) {
  for (const auto kind : {ThresholdKind::kBaselinePeak, ThresholdKind::kFraction, ThresholdKind::kValue}) {
    const Analysis analysis = testing::synthetic_analysis(1, 2, 3);
    ReportOptions options;
    options.threshold = kind;
    options.hold = 2;
    std::string all;
    for (const Definition& definition : definitions(analysis, options)) all += definition.text + "\n";
    const std::string captions =
        thresholds_table(analysis, options).shown.caption + sample_efficiency_table(analysis, options).shown.caption;
    for (const std::string& words : {threshold_text(options), crossing_text(options), speed_up_text(options)}) {
      EXPECT_NE(all.find(words), std::string::npos) << words;
      EXPECT_NE(captions.find(words), std::string::npos) << words;
    }
  }
}

TEST(Report, PicturesAndFilesOfAnyNamesAreDistinct) {
  Analysis analysis = testing::synthetic_analysis(2, 2, 3);
  analysis.tasks[0].label = "mpe/a-b";
  analysis.tasks[1].label = "mpe/a b";
  const std::string long_name(300, 'x');
  analysis.algorithms[0].label = long_name + "1";
  analysis.algorithms[1].label = long_name + "2";
  ReportOptions options;
  options.behaviour = true;
  std::vector<Strip> strips(4);
  for (std::size_t i = 0; i < strips.size(); ++i) {
    strips[i].run = {i / 2, i % 2, 0, "run", "/x"};
    strips[i].png = "picture " + std::to_string(i);
  }
  const fs::path folder = fresh_folder("names");
  write_report(analysis, options, folder, strips);
  std::set<std::string> pictures;
  for (const auto& [name, text] : contents(folder / "figures")) {
    if (name.starts_with("behaviour-")) pictures.insert(text);
    EXPECT_LT(name.size(), 200U);
  }
  EXPECT_EQ(pictures.size(), 4U);
}

TEST(Report, SaysWhereRunsOfMixedSuitesWereEvaluatedInAnotherWay) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  analysis.tasks[0].protocol = analysis.protocol;
  auto data = std::make_shared<Dataset>();
  data->tasks = analysis.tasks;
  data->algorithms = analysis.algorithms;
  data->runs.resize(2);
  data->runs[0].protocol = data->runs[1].protocol = analysis.protocol;
  data->runs[1].protocol.mode = "sampled";
  data->runs[1].protocol.absolute = false;
  data->runs[1].unit = ReturnUnit::kMeanOverAgents;
  analysis.data = data;
  const fs::path folder = fresh_folder("mixed");
  write_report(analysis, {}, folder);
  const std::string markdown = read(folder / "report.md");
  EXPECT_NE(markdown.find("| policy at evaluation | sampled or deterministic, "), std::string::npos);
  EXPECT_NE(markdown.find("| initial states | fresh |"), std::string::npos);
  EXPECT_NE(markdown.find("| absolute evaluation | 0 or 320 episodes, by run |"), std::string::npos);
  EXPECT_NE(markdown.find("the deterministic or sampled policy on fresh"), std::string::npos);
  EXPECT_NE(markdown.find("Imported as means over the agents: " + analysis.algorithms[0].label + "."),
            std::string::npos);
  const auto json = nlohmann::json::parse(read(folder / "report.json"));
  EXPECT_TRUE(json["protocol"]["mode"].is_null());
  EXPECT_TRUE(json["protocol"]["absolute"].is_null());
  EXPECT_EQ(json["protocol"]["seeds"], "fresh");
}

TEST(Report, ALongNameBreaksAndMovesNoNumberOutOfSight) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  analysis.tasks[0].title = "navigation_with_obstacles_and_seven_agents";
  analysis.algorithms[0].title = "an_algorithm_with_a_name_of_many_words";
  const fs::path folder = fresh_folder("long");
  write_report(analysis, {}, folder);
  const std::string page = read(folder / "index.html");
  EXPECT_NE(page.find("<td><span class=\"name\">navigation_<wbr>with_<wbr>obstacles"), std::string::npos);
  EXPECT_NE(page.find("><span class=\"name\">an_<wbr>algorithm_<wbr>with_<wbr>a_<wbr>name"), std::string::npos);
  EXPECT_EQ(page.find("<span class=\"name\">" + analysis.algorithms[1].label), std::string::npos);
}

TEST(Report, WithoutAPlanTheProtocolIsNotRecorded) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  analysis.protocol = {};
  const fs::path folder = fresh_folder("imported");
  write_report(analysis, {}, folder);
  const std::string markdown = read(folder / "report.md");
  for (const char* row : {"environment steps per run (T)", "evaluation interval (I)", "episodes per evaluation (E)",
                          "policy at evaluation", "initial states", "absolute evaluation"}) {
    EXPECT_NE(markdown.find("| " + std::string(row) + " | not recorded |"), std::string::npos) << row;
  }
  for (const char* zero : {" 0 environment steps", " 0 episodes", " 0 new episodes", "the  policy"}) {
    EXPECT_EQ(markdown.find(zero), std::string::npos) << zero;
  }
  EXPECT_TRUE(nlohmann::json::parse(read(folder / "report.json"))["protocol"].is_null());
}

TEST(Report, OfTasksWithBudgetsOfTheirOwnGivesEach) {
  Analysis analysis = testing::synthetic_analysis(2, 2, 3);
  for (TaskInfo& task : analysis.tasks) task.protocol = analysis.protocol;
  const fs::path same = fresh_folder("one-budget"), own = fresh_folder("own-budgets");
  write_report(analysis, {}, same);
  analysis.tasks[1].protocol.environment_steps = 500'000;
  analysis.tasks[1].protocol.interval = 10'000;
  analysis.tasks[1].protocol.episodes = 10;
  analysis.curves.by_share = true;
  write_report(analysis, {}, own);
  const std::string markdown = read(own / "report.md");
  for (const char* part :
       {"| environment steps per run (T) | 500000 or 1000000, by task |",
        "| evaluation interval (I) | 10000 or 20000 environment steps, by task |",
        "| evaluations (K), untrained policy not counted | 50 |",
        "| absolute evaluation | 100 or 320 episodes, by task |",
        "| environment steps | evaluation interval | episodes |", "| 500000 | 10000 | 10 |",
        "10 or 32 episodes without learning, every 10000 or 20000 environment steps (the table of tasks says which)",
        " environment steps each, by task"}) {
    EXPECT_NE(markdown.find(part), std::string::npos) << part;
  }
  const auto json = nlohmann::json::parse(read(own / "report.json"));
  EXPECT_TRUE(json["protocol"]["environment_steps"].is_null());
  EXPECT_EQ(json["protocol"]["evaluations"], 50);
  EXPECT_EQ(json["tasks"][1]["protocol"]["environment_steps"], 500'000);
  EXPECT_EQ(json["curves"]["aggregate_x"], "share of each task's budget");
  const auto before = nlohmann::json::parse(read(same / "report.json"));
  EXPECT_EQ(before["protocol"]["environment_steps"], 1'000'000);
  EXPECT_FALSE(before["tasks"][1].contains("protocol"));
  EXPECT_FALSE(before["curves"].contains("aggregate_x"));
}

TEST(Report, NamesEveryAlgorithmThatIsHighest) {
  Analysis analysis = testing::synthetic_analysis(1, 3, 3);
  analysis.aggregates.algorithms[1].iqm = analysis.aggregates.algorithms[0].iqm;
  const fs::path folder = fresh_folder("tie");
  write_report(analysis, {}, folder);
  EXPECT_NE(
      read(folder / "report.md")
          .find("OMAD and HASAC share the lead: interquartile mean 0.900 [0.860, 0.950] of the normalised absolute "
                "score over 1 task (N = 3 per task, 1.0M environment steps each)."),
      std::string::npos)
      << read(folder / "report.md").substr(0, 800);
}

TEST(Report, AnAlgorithmThatIsNotComparedIsNamed) {
  Analysis analysis = testing::synthetic_analysis(1, 3, 3);
  analysis.aggregates.algorithms[2] = {};
  const fs::path folder = fresh_folder("not-compared");
  write_report(analysis, {}, folder);
  EXPECT_NE(read(folder / "report.md")
                .find(" environment steps each). Not compared, for want of a seed with a score on every task: " +
                      analysis.algorithms[2].shown() + "."),
            std::string::npos);
  EXPECT_EQ(read(folder / "report.md")
                .find("Not compared, for want of a seed with a score on every task: " + analysis.algorithms[1].shown()),
            std::string::npos);
}

TEST(Report, AnAlgorithmThatMadeNoUpdateIsNamedBesideTheAnswer) {
  Analysis analysis = testing::synthetic_analysis(1, 3, 3);
  analysis.main.cells[0][2].without_update = 3;
  const fs::path folder = fresh_folder("without-update");
  write_report(analysis, {}, folder);
  EXPECT_NE(read(folder / "report.md").find("Not compared, for want of an update: " + analysis.algorithms[2].shown()),
            std::string::npos);
}

TEST(Report, FilesOfOneThatWasNotFinishedGoWithTheNext) {
  const fs::path folder = fresh_folder("unfinished");
  write_report(testing::synthetic_analysis(2, 2, 3), {}, folder);
  EXPECT_FALSE(fs::exists(folder / ".unfinished"));
  ASSERT_TRUE(fs::exists(folder / "report.json"));
  {
    OutputFolder other(folder);
    other.begin();
    EXPECT_FALSE(fs::exists(folder / "report.json")) << "nothing whole is there";
    other.write("tables/of-the-other.csv", "1\n");
    EXPECT_THROW(write_report(testing::synthetic_analysis(1, 2, 3), {}, folder), Error) << "two at once";
  }
  write_report(testing::synthetic_analysis(1, 2, 3), {}, folder);
  EXPECT_FALSE(fs::exists(folder / "tables/of-the-other.csv"));
  EXPECT_FALSE(fs::exists(folder / ".unfinished"));
}

TEST(Report, TheAnswerOfImportsSaysWhatMakesThemUnlike) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  analysis.protocol = {};
  for (TaskInfo& task : analysis.tasks) task.protocol = {};
  EXPECT_EQ(budget_text(analysis), "");
  analysis.budgets_differ_within_tasks = true;
  EXPECT_EQ(budget_text(analysis), "at unequal budgets");
  analysis.units_differ_within_tasks = true;
  const fs::path folder = fresh_folder("unlike");
  write_report(analysis, {}, folder);
  EXPECT_NE(read(folder / "report.md").find("(N = 3 per task, at unequal budgets; returns are not in one unit)"),
            std::string::npos);
}

TEST(Report, TheAnswerGivesTheNumberOfRunsOfBoth) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  const auto order = std::ranges::minmax_element(analysis.aggregates.algorithms, {},
                                                 [](const Aggregate& aggregate) { return aggregate.iqm.value; });
  order.min->n = order.min->most = 2;
  const fs::path folder = fresh_folder("numbers");
  write_report(analysis, {}, folder);
  EXPECT_NE(read(folder / "report.md").find("(N = 3 and 2 per task"), std::string::npos);
}

TEST(Report, AnIntervalWithoutWidthIsNoProof) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  ReportOptions options;
  const auto answer_at = [&](double p_value) {
    for (Improvement& pair : analysis.aggregates.improvements) {
      pair.probability = {1, Interval{1, 1}};
      pair.marked = pair.meaningful = true;
      pair.p_value = p_value;
    }
    const fs::path folder = fresh_folder("separated");
    write_report(analysis, options, folder);
    return read(folder / "report.md");
  };
  EXPECT_NE(answer_at(0.1).find("with probability 1.000 [1.000, 1.000] (permutation test: p = 0.100), so with these "
                                "runs the lead may be chance"),
            std::string::npos);
  EXPECT_NE(answer_at(0.005).find("(permutation test: p = 0.005), so chance alone does not explain the lead"),
            std::string::npos);
  EXPECT_NE(answer_at(0.0001).find("(permutation test: p &lt; 0.001), so"), std::string::npos);
  options.level = 0.9;  // decides the width of intervals, not what counts as chance
  EXPECT_NE(answer_at(0.058).find("runs the lead may be chance"), std::string::npos);
}

TEST(Report, ALeaderWhoseRunsLoseIsNoLeaderBeyondChance) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  for (Improvement& pair : analysis.aggregates.improvements) {
    pair.probability = {1.0 / 3, Interval{1.0 / 3, 1.0 / 3}};
    pair.marked = true;
    pair.p_value = 0.03;
  }
  const fs::path folder = fresh_folder("contradiction");
  write_report(analysis, {}, folder);
  EXPECT_NE(read(folder / "report.md")
                .find("with probability 0.333 [0.333, 0.333] (permutation test: p = 0.030), so the two "
                      "measures disagree about who leads"),
            std::string::npos);
}

TEST(Report, TasksWithBoundsOfTheirOwnAreNamed) {
  Analysis analysis = testing::synthetic_analysis(2, 2, 3);
  analysis.normalization = Normalization::kReference;
  analysis.tasks[1].bounds.low_source = kGivenBounds;
  EXPECT_NE(main_table(analysis, {})
                .shown.caption.find("achievement that each task names, but on " + analysis.tasks[1].shown() +
                                    " the bounds that were given"),
            std::string::npos);
}

TEST_F(FullReport, TheAnswerIsTheFirstSentence) {
  const std::string page = read(folder / "index.html");
  const std::size_t answer = page.find(" leads: interquartile mean "), table = page.find("<table");
  ASSERT_NE(answer, std::string::npos);
  EXPECT_LT(answer, table);
  EXPECT_LT(table, page.find("<nav"));
  EXPECT_LT(page.find("with probability"), table);
  EXPECT_LT(table, page.find("<details class=\"fold\"><summary>Protocol</summary>"));
}

TEST(Report, WhatIsMissingIsNamedAndNothingElse) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  const auto page = [&] {
    const fs::path folder = fresh_folder("missing");
    write_report(analysis, {}, folder);
    return read(folder / "report.md");
  };
  analysis.failures.resize(1);
  const MissingRun waiting{analysis.tasks[0].label, analysis.algorithms[0].label, 7, RunState::kWaiting};
  analysis.missing = {waiting, waiting};
  EXPECT_NE(page().find("1 run failed and 2 planned runs have no complete score: see “What was run”"),
            std::string::npos);
  analysis.failures.clear();
  EXPECT_NE(page().find("> **Note:** 2 planned runs have no complete score: see"), std::string::npos);
}

TEST(Report, WarningsKeepTheNamesThatTheyStartWith) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  analysis.warnings = {"mpe/a: all returns are equal"};
  const fs::path folder = fresh_folder("warnings");
  write_report(analysis, {}, folder);
  EXPECT_NE(read(folder / "report.md").find("> **Note:** mpe/a: all returns are equal.\n"), std::string::npos);
}

TEST(Report, CaptionsAnnounceNoIntervalsWhereThereAreNone) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 1);
  for (Aggregate& aggregate : analysis.aggregates.algorithms) aggregate.iqm.interval.reset();
  for (const auto make : {aggregate_figure, profile_figure, improvement_figure}) {
    const std::string caption = make(analysis, {}).caption;
    EXPECT_EQ(caption.find("95 %"), std::string::npos) << caption;
  }
}

TEST_F(FullReport, FactsOfTasksAreFolded) {
  const std::string page = read(folder / "index.html");
  EXPECT_NE(page.find("<details><summary>Sizes, limits and files of the tasks</summary>\n<pre>mamujoco/ant-2x4\n"
                      "  agents: 3\n"),
            std::string::npos);
}

TEST(Report, TitlesStandInTablesFiguresAndOnThePageAndLabelsInFiles) {
  Analysis analysis = testing::synthetic_analysis(2, 2, 5);
  analysis.algorithms[0].title = "I-DDPG (ours)";
  analysis.tasks[0].title = "Ant & friends";
  EXPECT_NE(to_markdown(main_table(analysis, {}).shown).find("| I-DDPG (ours) |"), std::string::npos);
  EXPECT_NE(to_markdown(runtime_table(analysis, {}).shown).find("Ant &amp; friends"), std::string::npos);
  EXPECT_NE(to_latex(main_table(analysis, {}).shown, LatexStyle::kPlain).find("Ant \\& friends"), std::string::npos);
  EXPECT_EQ(main_table(analysis, {}).data.rows[0][0], analysis.tasks[0].label);
  const Figure figure = task_curves(analysis, {})[0];
  EXPECT_EQ(figure.title, "Learning curves: Ant & friends");
  EXPECT_EQ(figure.name, "curves-mamujoco-ant-2x4");
  EXPECT_EQ(figure.legend[0].label, "I-DDPG (ours)");
}

TEST(Report, MoreThanTenAlgorithmsAreDrawnInLinesThatDiffer) {
  ReportOptions options = quick_options();
  options.imports = {fs::path(TUTTI_IMPORT_CASES) / "eleven-algorithms" / "fourteen.json"};
  const Figure figure = all_curves(analyse({}, options), options);
  ASSERT_EQ(figure.legend.size(), 14U);
  ASSERT_EQ(figure.panels.size(), 1U);
  EXPECT_EQ(figure.panels[0].series.size(), 14U);
  // Colour and dash pattern of each entry of the legend.
  const std::string script = figure_script(figure);
  const std::regex sample("set arrow [0-9]+ .* lc rgb '(#[0-9A-F]+)' lw 2 dt (.*)");
  std::set<std::pair<std::string, std::string>> looks;
  for (std::sregex_iterator match(script.begin(), script.end(), sample), end; match != end; ++match)
    looks.emplace((*match)[1], (*match)[2]);
  EXPECT_EQ(looks.size(), 14U);
}

TEST_F(FullReport, CaptionsSayWhatIsShadedAndOfHowManyRuns) {
  for (const auto make : {all_curves, coverage_figure, wall_clock_figure}) {
    EXPECT_NE(make(analysis, {}).caption.find("shaded: 95 % interval (Student t). N = 5."), std::string::npos)
        << make(analysis, {}).caption;
  }
  const std::string efficiency = efficiency_figure(analysis, {}).caption;
  for (const char* part : {"N = 5 for each task", "Some Processor", "relative to the algorithms compared"}) {
    EXPECT_NE(efficiency.find(part), std::string::npos) << part << " is not in: " << efficiency;
  }
  for (const auto make : {aggregate_figure, profile_figure}) {
    EXPECT_NE(make(analysis, {}).caption.find("(N = 5 for each task)"), std::string::npos);
    EXPECT_NE(make(analysis, {}).caption.find("relative to the algorithms compared"), std::string::npos);
  }
  const std::string two = all_curves(testing::synthetic_analysis(1, 2, 2), {}).caption;
  EXPECT_EQ(two, "Mean over runs. N = 2. Thin lines: single runs.");
}

TEST_F(FullReport, DigestsAreShortOnThePageAndWholeInTheJson) {
  const std::string whole(64, 'a');
  const std::string page = read(folder / "index.html");
  EXPECT_EQ(page.find(whole), std::string::npos);
  EXPECT_NE(page.find("<dd>" + whole.substr(0, 12) + "</dd>"), std::string::npos);
  EXPECT_NE(read(folder / "report.json").find(whole), std::string::npos);
}

TEST_F(FullReport, WideFiguresScrollOnAPhone) {
  const std::string page = read(folder / "index.html");
  EXPECT_NE(page.find(".drawing.wide svg { min-width: var(--paper-width); }"), std::string::npos);
  if (!testing::gnuplot_available()) GTEST_SKIP() << "gnuplot is not installed";
  EXPECT_EQ(count(page, "<div class=\"drawing wide\" style=\"--paper-width: 643px\" tabindex=\"0\">"), 3U);
  EXPECT_EQ(count(page, "<div class=\"drawing wide\" style=\"--paper-width: 454px\" tabindex=\"0\">"), 1U);
}

TEST_F(FullReport, SaysWhoDefinesADeterministicPolicy) {
  EXPECT_NE(read(folder / "index.html").find("by the algorithm's own definition"), std::string::npos);
}

TEST(Report, NothingMeasuredGivesAReportWithDashes) {
  const fs::path folder = fresh_folder("empty");
  const WrittenReport written = write_report(testing::empty_analysis(2, 2), {}, folder);
  EXPECT_TRUE(written.remarks.empty());
  const std::string page = read(folder / "index.html");
  EXPECT_NE(page.find("No aggregates: no complete run"), std::string::npos);
  EXPECT_NE(page.find(">–</td>"), std::string::npos);
  EXPECT_EQ(page.find("nan"), std::string::npos);
}

TEST(Report, NoTasksAtAllIsStillAReport) {
  const fs::path folder = fresh_folder("none");
  EXPECT_NO_THROW(write_report(Analysis{}, {}, folder));
  EXPECT_TRUE(fs::exists(folder / "index.html"));
}

TEST(Report, OneRunIsShownWithoutSpreadOrBand) {
  const fs::path folder = fresh_folder("single");
  const WrittenReport written = write_report(testing::synthetic_analysis(1, 2, 1), {}, folder);
  if (testing::gnuplot_available()) {
    EXPECT_TRUE(written.remarks.empty()) << written.remarks.front();
  }
  EXPECT_EQ(read(folder / "tables" / "main.csv").find("nan"), std::string::npos);
}

TEST(Report, WithoutGnuplotTheReportSaysSoAndGoesOn) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  const fs::path folder = fresh_folder("no-gnuplot");
  const WrittenReport written = write_report(testing::synthetic_analysis(1, 2, 3), {}, folder);
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_EQ(written.remarks.size(), 1U);
  EXPECT_NE(written.remarks[0].find("apt install gnuplot-nox"), std::string::npos) << written.remarks[0];
  const std::string page = read(folder / "index.html");
  EXPECT_NE(page.find("not drawn"), std::string::npos);
  EXPECT_EQ(page.find(".svg\">"), std::string::npos) << "a link to a file that is not there";
  EXPECT_NE(page.find("figures/curves-mamujoco-ant-2x4.csv\">"), std::string::npos);
  EXPECT_EQ(page.find("gnuplot-nox: ."), std::string::npos);
}

TEST(Report, AFolderThatCannotBeWrittenIsASentence) {
  const fs::path folder = fresh_folder("file");
  std::ofstream(folder) << "a file, not a folder";
  EXPECT_THROW(write_report(testing::empty_analysis(1, 1), {}, folder), Error);
}

TEST(Comparison, DifferencesComeBeforeTheTable) {
  Comparison comparison;
  comparison.score = "final";
  comparison.differences = {{"code.revision", false, {{"aaa", 1, {"B"}}, {"bbb", 1, {"A"}}, {"", 1, {"A", "B"}}}}};
  ComparisonRow row;
  row.task = "mpe/coop-nav-n3";
  row.algorithm = "omad";
  row.a.n = row.b.n = 3;
  row.a.mean = -30;
  row.b.mean = -20;
  row.a.sd = row.b.sd = 2;
  row.difference = {10, Interval{5.5, 14.5}};
  row.p = row.p_holm = 0.004;
  comparison.rows = {row};
  const std::string text = comparison_markdown(comparison);
  const std::size_t differences = text.find("code.revision: A: bbb and not recorded; B: aaa and not recorded");
  const std::size_t table = text.find("**10.0** [5.5, 14.5]");
  EXPECT_NE(table, std::string::npos) << text;
  EXPECT_LT(differences, table) << text;

  const fs::path folder = fresh_folder("comparison");
  write_comparison(comparison, {}, folder);
  for (const char* name : {"index.html", "comparison.md", "comparison.csv", "comparison.tex"}) {
    EXPECT_FALSE(read(folder / name).empty()) << name;
  }
}

}  // namespace
}  // namespace tutti::reports
