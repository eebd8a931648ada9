#include "reports/export/export.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "reports/data/names.hpp"
#include "reports/export/npy.hpp"
#include "suite_folder.hpp"

namespace tutti::reports {
namespace {

using nlohmann::json;

std::string hex(const std::string& bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

TEST(Npy, HasTheBytesThatNumpyWrites) {
  const std::vector<double> x = {0.10, 0.50, 0.30, 0.70, 0.80, 1.20};
  const std::string bytes = npy_bytes(x, {3, 2});
  ASSERT_EQ(bytes.size(), 176U);
  EXPECT_EQ(hex(bytes.substr(0, 10)), "934e554d505901007600");
  EXPECT_EQ(bytes.substr(10, 58), "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), ");
  EXPECT_EQ(bytes[127], '\n');
  double value = 0;
  std::memcpy(&value, bytes.data() + 128 + 5 * 8, 8);
  EXPECT_EQ(value, 1.20);
}

TEST(Npy, WritesOneAndThreeDimensions) {
  const std::vector<double> values(6, 1.0);
  EXPECT_NE(npy_bytes(values, {6}).find("'shape': (6,), }"), std::string::npos);
  EXPECT_NE(npy_bytes(values, {1, 2, 3}).find("'shape': (1, 2, 3), }"), std::string::npos);
  EXPECT_EQ((npy_bytes(values, {1, 2, 3}).size() - 48) % 64, 0U);
}

TEST(Names, AreSafeForFilesAndDistinctInLowerCase) {
  EXPECT_EQ(file_name("../a b/ö"), ".._a_b___");
  EXPECT_EQ(distinct_names({"omad", "OMAD", "a,b"}), (std::vector<std::string>{"omad", "OMAD_2", "a_b"}));
}

// Two tasks, two algorithms; algorithm "base" lacks seed 2 on one task.
class Export : public testing::Test {
 protected:
  Export() {
    for (const std::string task : {"mpe/a", "mpe/b"}) {
      for (int seed = 0; seed < 3; ++seed) {
        suite_.add(plain_run(task, "omad", seed, {0, 5, 8.0 + seed}, 10.5 + seed));
        if (task == "mpe/b" && seed == 2) continue;
        suite_.add(plain_run(task, "base", seed, {0, 4, 6.0 + seed}, 7.25 + seed));
      }
    }
    suite_.add_missing("mpe/b", "base", 2);
  }
  void export_all(const ReportOptions& options = quick_options()) {
    analysis_ = analyse_folder(suite_.write(), options);
    write(analysis_, options);
  }
  void write(const Analysis& analysis, const ReportOptions& options) {
    OutputFolder folder(suite_.write() / "report");
    write_exports(analysis, options, folder);
  }
  std::filesystem::path out() { return suite_.write() / "report" / "export"; }
  json metrics() { return json::parse(read_text(out() / "marl-eval" / "metrics.json")); }

  SuiteFolder suite_{2, 2};
  Analysis analysis_;
};

TEST_F(Export, MarlEvalHasTheLargestCommonSetOfRuns) {
  export_all();
  const json root = metrics();
  for (const char* task : {"a", "b"}) {
    for (const char* algorithm : {"omad", "base"}) {
      const json& runs = root.at("mpe").at(task).at(algorithm);
      EXPECT_EQ(runs.size(), 2U);
      EXPECT_TRUE(runs.contains("seed_0"));
      EXPECT_FALSE(runs.contains("seed_2"));
    }
  }
  const std::string readme = read_text(out() / "marl-eval" / "README.txt");
  EXPECT_NE(readme.find("mpe/a/omad/seed-2 (finished)"), std::string::npos);
  EXPECT_NE(readme.find("mpe/b/base/seed-2 (waiting)"), std::string::npos);
}

TEST_F(Export, MarlEvalRunsHoldEveryEpisode) {
  export_all();
  const json run = metrics().at("mpe").at("a").at("omad").at("seed_1");
  EXPECT_EQ(run.size(), 3U);
  EXPECT_EQ(run.at("step_0").at("step_count"), 1000);
  EXPECT_EQ(run.at("step_1").at("step_count"), 2000);
  EXPECT_EQ(run.at("step_1").at("return"), (json{8.0, 10.0}));
  EXPECT_EQ(run.at("absolute_metrics").at("return").size(), 20U);
  EXPECT_FALSE(run.at("absolute_metrics").contains("step_count"));
}

TEST_F(Export, MarlEvalFolderHoldsNoOtherJson) {
  export_all();
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(out() / "marl-eval")) {
    files += entry.path().extension() == ".json" ? 1 : 0;
  }
  EXPECT_EQ(files, 1);
}

TEST_F(Export, MarlEvalCanIncludeTheUntrainedEvaluationAndElapsedTime) {
  ReportOptions options = quick_options();
  options.include_initial = options.elapsed_time = true;
  export_all(options);
  const json run = metrics().at("mpe").at("a").at("omad").at("seed_1");
  EXPECT_EQ(run.at("step_0").at("step_count"), 0);
  EXPECT_EQ(run.at("step_2").at("elapsed_time"), 20);
}

TEST_F(Export, ComesBackByImportWithTheSameScores) {
  export_all();
  ReportOptions options = quick_options();
  options.imports = {out() / "marl-eval" / "metrics.json"};
  const Analysis imported = analyse({}, options);
  ASSERT_EQ(imported.tasks.size(), 2U);
  EXPECT_EQ(imported.tasks[0].bounds.low, analysis_.tasks[0].bounds.low);
  const std::size_t omad = imported.algorithms[0].label == "omad" ? 0 : 1;
  EXPECT_EQ(imported.main.cells[0][omad].runs, (std::vector<double>{8, 9}));
}

TEST_F(Export, RliableHasTheRunsBehindTheAggregates) {
  export_all();
  const std::string bytes = read_text(out() / "rliable" / "absolute" / "base.npy");
  EXPECT_NE(bytes.find("'shape': (2, 2), }"), std::string::npos);
  EXPECT_EQ(read_text(out() / "rliable" / "absolute" / "base.seeds.txt"), "0\n1\n");
  EXPECT_FALSE(std::filesystem::exists(out() / "rliable" / "absolute" / "omad.seeds.txt"));
  EXPECT_EQ(read_text(out() / "rliable" / "tasks.txt"), "mpe/a\nmpe/b\n");
  EXPECT_EQ(read_text(out() / "rliable" / "seeds.txt"), "0\n1\n2\n");
  EXPECT_EQ(read_text(out() / "rliable" / "steps.txt"), "0\n1000\n2000\n");
  EXPECT_NE(read_text(out() / "rliable" / "curves" / "omad.npy").find("'shape': (3, 2, 3), }"), std::string::npos);
  double first = 0;
  std::memcpy(&first, bytes.data() + 128, 8);
  const Bounds bounds = analysis_.tasks[0].bounds;
  EXPECT_EQ(first, (7.25 - bounds.low) / (bounds.high - bounds.low));
  const std::string all_runs = "The report's aggregates have all runs (ragged).";
  EXPECT_EQ(read_text(out() / "rliable" / "README.txt").find(all_runs), std::string::npos);
  ReportOptions ragged = quick_options();
  ragged.ragged = true;
  write(analysis_, ragged);
  EXPECT_NE(read_text(out() / "rliable" / "README.txt").find(all_runs), std::string::npos);
}

TEST_F(Export, TidyTablesHaveARowForEveryObservation) {
  export_all();
  const std::string episodes = read_text(out() / "episodes.csv");
  EXPECT_EQ(std::ranges::count(episodes, '\n'), 1 + 11 * (3 * 2 + 20));
  EXPECT_EQ(episodes.substr(0, episodes.find('\n')),
            "task,algorithm,seed,evaluation,step,actual_step,wall_s,episode,return,length,ended");
  EXPECT_NE(episodes.find("mpe/a,omad,1,2,2000,2000,21,1,10,25,truncated\n"), std::string::npos);
  EXPECT_NE(episodes.find("mpe/a,omad,1,absolute,1000,1000,,0,11.5,25,truncated\n"), std::string::npos);
  const std::string scores = read_text(out() / "scores.csv");
  EXPECT_EQ(std::ranges::count(scores, '\n'), 1 + 11 * 4);
  EXPECT_NE(scores.find("mpe/a,omad,1,final,9,"), std::string::npos);
}

// Result folders come from anywhere, and a shell or a terminal may get to see what is written from their labels.
TEST_F(Export, NoFileHasTheControlCharactersOfALabel) {
  const std::string label = "x\ntouch PWNED\n#\x1b]52;c;ZXZpbA==\x07\xC2\x9B\xE2\x80\xAE";
  SuiteFolder suite(2, 2);
  for (int seed = 0; seed < 2; ++seed) {
    suite.add(plain_run(label, "omad", seed, {0, 5, 8.0 + seed}, 10.5 + seed));
    suite.add(plain_run(label, label, seed, {0, 4, 6.0 + seed}, 7.25 + seed));
  }
  suite.add_missing(label, label, 2);
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  OutputFolder folder(suite.write() / "report");
  write_exports(analysis, quick_options(), folder);
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(suite.write() / "report")) {
    if (!entry.is_regular_file() || entry.path().extension() == ".npy") continue;
    ++files;
    const std::string text = read_text(entry.path());
    EXPECT_EQ(text.find("\ntouch"), std::string::npos) << entry.path();
    for (const char* control : {"\x1b", "\x07", "\xC2\x9B", "\xE2\x80\xAE"})
      EXPECT_EQ(text.find(control), std::string::npos) << entry.path();
  }
  EXPECT_GT(files, 4);
}

TEST_F(Export, GivesTheSameBytesTwice) {
  export_all();
  const auto all = [&] {
    std::string text;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(out())) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const auto& file : files) text += file.filename().string() + read_text(file);
    return text;
  };
  const std::string first = all();
  export_all();
  EXPECT_EQ(all(), first);
  EXPECT_GT(first.size(), 10'000U);
}

TEST_F(Export, RunsOfDifferentIntervalsMeetAtTheStepsThatTheyShare) {
  SuiteFolder coarse(2, 2, 200), fine(4, 2, 100);
  coarse.add(plain_run("mpe/a", "o", 0, {0, 2, 4}, 4));
  fine.add(plain_run("mpe/a", "o", 1, {0, 1, 2, 3, 4}, 4));
  ReportOptions options = quick_options();
  options.mixed = true;
  for (const bool coarse_first : {true, false}) {
    std::vector<std::filesystem::path> folders = {coarse.write(), fine.write()};
    if (!coarse_first) std::ranges::reverse(folders);
    write(analyse(folders, options), options);
    const json runs = metrics().at("mpe").at("a").at("o");
    for (const char* seed : {"seed_0", "seed_1"}) {
      EXPECT_EQ(runs.at(seed).size(), 3U);
      EXPECT_EQ(runs.at(seed).at("step_0").at("step_count"), 200);
      EXPECT_EQ(runs.at(seed).at("step_0").at("return"), (json{1.0, 3.0}));
      EXPECT_EQ(runs.at(seed).at("step_1").at("step_count"), 400);
    }
    const auto curves = out() / "rliable" / "curves";
    EXPECT_NE(read_text(curves / "o.npy").find("'shape': (2, 1, 3), }"), std::string::npos);
    // Beside the common steps.txt, which is of the first folder's plan.
    EXPECT_EQ(read_text(curves / "o.steps.txt"), coarse_first ? "" : "0\n200\n400\n");
  }
}

TEST_F(Export, OfTasksWithBudgetsOfTheirOwnIsOverSharesOfThem) {
  SuiteFolder suite(2, 2, 100);
  suite.own_budget("mpe/b", 4, 100);
  suite.add(plain_run("mpe/a", "o", 0, {0, 4, 8}, 8));
  suite.add(plain_run("mpe/b", "o", 0, {0, 2, 8, 12, 16}, 16));
  write(analyse_folder(suite.write(), quick_options()), quick_options());
  const json tasks = metrics().at("mpe");
  EXPECT_EQ(tasks.at("a").at("o").at("seed_0").at("step_1").at("step_count"), 200);
  EXPECT_EQ(tasks.at("b").at("o").at("seed_0").at("step_1").at("step_count"), 400);
  EXPECT_EQ(tasks.at("b").at("o").at("seed_0").at("step_0").at("return"), (json{7.0, 9.0}));
  EXPECT_NE(read_text(out() / "marl-eval" / "README.txt").find("the same share of each task's budget"),
            std::string::npos);
  EXPECT_EQ(read_text(out() / "rliable" / "shares.txt"), "0\n0.5\n1\n");
  EXPECT_FALSE(std::filesystem::exists(out() / "rliable" / "steps.txt"));
  EXPECT_NE(read_text(out() / "rliable" / "curves" / "o.npy").find("'shape': (1, 2, 3), }"), std::string::npos);
  EXPECT_NE(read_text(out() / "rliable" / "README.txt").find("shares of each task's budget of shares.txt"),
            std::string::npos);
}

TEST_F(Export, SaysWhatOfMarlEvalIsNotThere) {
  const auto readme = [&] { return read_text(out() / "marl-eval" / "README.txt"); };
  export_all();
  EXPECT_NE(readme().find("Evaluations of untrained policies, at step 0, are left out."), std::string::npos);
  EXPECT_EQ(readme().find("Imported runs"), std::string::npos);
  EXPECT_EQ(readme().find("Evaluations at steps that not all runs"), std::string::npos);

  write_text(suite_.write() / "theirs.json",
             R"({"mpe": {"a": {"qmix": {"seed_0": {"step_0": {"step_count": 1000, "return": [1]}}}}}})");
  ReportOptions options = quick_options();
  options.imports = {suite_.write() / "theirs.json"};
  write(analyse({}, options), options);
  EXPECT_EQ(readme(),
            "There is no metrics.json, because no run of this harness can be exported.\n\n"
            "Imported runs are not exported.\n");
}

TEST_F(Export, SaysWhereTheLastEvaluationStandsForTheAbsoluteOne) {
  SuiteFolder suite(2, 2);
  suite.plan.protocol.absolute = false;
  FakeRun run = plain_run("mpe/a", "omad", 0, {0, 2, 4}, 0);
  run.absolute.clear();
  suite.add(run);
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  write(analysis, quick_options());
  EXPECT_EQ(metrics().at("mpe").at("a").at("omad").at("seed_0").at("absolute_metrics").at("return"), (json{3.0, 5.0}));
  EXPECT_NE(read_text(out() / "marl-eval" / "README.txt").find("last evaluation"), std::string::npos);
}

}  // namespace
}  // namespace tutti::reports
