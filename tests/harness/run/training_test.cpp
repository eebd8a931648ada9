#include "run/training.hpp"

#include <gtest/gtest.h>

#include <cfenv>
#include <filesystem>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "digest/digest.hpp"
#include "fixture_plan.hpp"
#include "results/files.hpp"
#include "run/finite.hpp"
#include "run/preparation.hpp"

namespace tutti::run {
namespace {

using testing_support::line_suite;
using testing_support::TemporaryFolder;

using Csv = std::vector<std::map<std::string, std::string>>;

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line + ',');
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

Csv read_csv(const std::filesystem::path& file) {
  std::istringstream stream(results::read_file(file));
  std::string line;
  std::getline(stream, line);
  const std::vector<std::string> header = split(line);
  Csv rows;
  while (std::getline(stream, line)) {
    const std::vector<std::string> fields = split(line);
    EXPECT_EQ(fields.size(), header.size()) << line;
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (i == 0) rows.emplace_back();
      rows.back()[header[i]] = fields.at(i);
    }
  }
  return rows;
}

std::vector<std::string> column(const Csv& rows, const std::string& name) {
  std::vector<std::string> values;
  for (const auto& row : rows) values.push_back(row.at(name));
  return values;
}

BestPolicy best_policy_of(const std::filesystem::path& folder) {
  const std::vector<std::byte> bytes = read_sealed(folder / kBestPolicyFile);
  SnapshotReader reader(bytes);
  BestPolicy best;
  best.load(reader);
  reader.finish();
  return best;
}

class TrainingTest : public testing::Test {
 protected:
  TrainingTest() : registry_(testing_support::fixture_folders()) {}

  suite::Run run_of(const std::string& suite) { return testing_support::plan_from(suite, registry_).runs.at(0); }

  Outcome execute(const std::string& suite, const std::filesystem::path& folder, Hooks hooks = {}) {
    return Training(run_of(suite), registry_, folder, std::move(hooks)).execute();
  }

  /// Asks to stop the n-th time that it is asked.
  static Hooks stop_at(int n) {
    return {.should_stop = [n, asked = 0]() mutable { return ++asked == n; },
            .progress = [](const Progress&) {},
            .log = [](const std::string&) {}};
  }

  loader::Registry registry_;
  TemporaryFolder folder_;
};

TEST_F(TrainingTest, EvaluatesAtNominalStepsFromZeroToTheBudget) {
  EXPECT_EQ(execute(line_suite(), folder_.path()), Outcome::kFinished);
  const Csv rows = read_csv(folder_.path() / "evaluations.csv");
  ASSERT_EQ(rows.size(), 5U * 3U);
  EXPECT_EQ(rows.front().at("step"), "0");
  EXPECT_EQ(rows.front().at("actual_step"), "0");
  EXPECT_EQ(rows.back().at("evaluation"), "4");
  EXPECT_EQ(rows.back().at("step"), "200");
  // Four copies step together: 50 is first reached, or passed, at 52.
  EXPECT_EQ(rows.at(3).at("step"), "50");
  EXPECT_EQ(rows.at(3).at("actual_step"), "52");
  EXPECT_EQ(rows.at(5).at("episode"), "2");
  EXPECT_EQ(rows.front().count("term_distance"), 1U);
}

TEST_F(TrainingTest, AbsoluteEvaluationPlaysTheBestPolicyOverTenTimesTheEpisodes) {
  execute(line_suite(), folder_.path());
  std::map<std::string, double> means;
  for (const auto& row : read_csv(folder_.path() / "evaluations.csv")) {
    means[row.at("evaluation")] += std::stod(row.at("return")) / 3;
  }
  std::string best = "0";
  for (const auto& [evaluation, mean] : means) {
    if (mean > means[best]) best = evaluation;
  }
  const Csv absolute = read_csv(folder_.path() / "absolute.csv");
  EXPECT_EQ(absolute.size(), 30U);
  EXPECT_EQ(absolute.front().at("evaluation"), best);
  EXPECT_EQ(std::to_string(best_policy_of(folder_.path()).point.index), best);
}

TEST_F(TrainingTest, EveryEpisodeNamesThePolicyThatPlayedIt) {
  execute(line_suite(), folder_.path());
  std::map<std::string, std::string> policies;
  for (const auto& row : read_csv(folder_.path() / "evaluations.csv")) {
    const auto [found, is_new] = policies.try_emplace(row.at("evaluation"), row.at("policy"));
    EXPECT_EQ(found->second, row.at("policy"));
  }
  EXPECT_EQ(policies.at("0").size(), 16U);
  EXPECT_NE(policies.at("0"), policies.at("4"));
  const Csv absolute = read_csv(folder_.path() / "absolute.csv");
  EXPECT_EQ(absolute.front().at("policy"), policies.at(absolute.front().at("evaluation")));
  EXPECT_EQ(absolute.front().at("policy"), policy_digest(best_policy_of(folder_.path()).policy));
}

TEST_F(TrainingTest, AbsoluteEvaluationCanBeLeftOut) {
  execute(line_suite("", "absolute = false"), folder_.path());
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "absolute.csv"));
}

TEST_F(TrainingTest, StartFromTheFirstStepLeavesNoTableOfAnEarlierAttempt) {
  results::write_file(folder_.path() / "absolute.csv", "of a run whose folder was half removed\n",
                      results::Durability::kProcess);
  execute(line_suite("", "absolute = false"), folder_.path());
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "absolute.csv"));
}

TEST_F(TrainingTest, FixedSeedsReturnAtEveryEvaluationAndFreshOnesDoNot) {
  execute(line_suite("", "seeds = \"fixed\""), folder_.path());
  const auto fixed = column(read_csv(folder_.path() / "evaluations.csv"), "seed");
  EXPECT_EQ(fixed.at(0), fixed.at(3));
  const TemporaryFolder other;
  execute(line_suite(), other.path());
  const auto fresh = column(read_csv(other.path() / "evaluations.csv"), "seed");
  EXPECT_EQ(fresh.at(0), fixed.at(0));
  EXPECT_NE(fresh.at(0), fresh.at(3));
}

TEST_F(TrainingTest, TrainingRowsComeAtTheirIntervalAndAtTheEnd) {
  std::string suite = line_suite();
  suite.replace(suite.find("training_interval = 50"), 22, "training_interval = 80");
  execute(suite, folder_.path());
  const Csv rows = read_csv(folder_.path() / "training.csv");
  EXPECT_EQ(column(rows, "step"), (std::vector<std::string>{"80", "160", "200"}));
  EXPECT_EQ(column(rows, "updates"), (std::vector<std::string>{"20", "40", "50"}));
  EXPECT_FALSE(rows.at(0).at("weight").empty());
  const Csv coverage = read_csv(folder_.path() / "coverage.csv");
  EXPECT_EQ(coverage.at(2).at("inside"), "200") << "one point for each environment step";
}

TEST_F(TrainingTest, SameSeedGivesTheSameBytes) {
  const TemporaryFolder other;
  execute(line_suite(), folder_.path());
  execute(line_suite(), other.path());
  for (const char* file : {"evaluations.csv", "absolute.csv", "coverage.csv", "checkpoint/step-200.state",
                           "checkpoint/best_policy.snapshot"}) {
    EXPECT_EQ(sha256_of_file(folder_.path() / file), sha256_of_file(other.path() / file)) << file;
  }
}

// Stops at every place where a run can be asked to, also within evaluations, and resumes; the numbers must not show it.
TEST_F(TrainingTest, InterruptedRunEndsWithTheSameBytesAsOneThatWasNot) {
  const std::string suite = line_suite("checkpoint_interval = 30");
  execute(suite, folder_.path());
  const auto expected = column(read_csv(folder_.path() / "training.csv"), "weight");
  // The last evaluation asks from the 70th to the 74th time.
  for (const int first : {1, 5, 17, 40, 60, 61, 70, 72, 74, 75}) {
    const TemporaryFolder other;
    EXPECT_EQ(execute(suite, other.path(), stop_at(first)), Outcome::kInterrupted);
    while (execute(suite, other.path(), stop_at(40)) == Outcome::kInterrupted) {
    }
    for (const char* file : {"evaluations.csv", "absolute.csv", "coverage.csv", "checkpoint/step-200.state"}) {
      EXPECT_EQ(sha256_of_file(folder_.path() / file), sha256_of_file(other.path() / file)) << file << " " << first;
    }
    EXPECT_EQ(column(read_csv(other.path() / "training.csv"), "weight"), expected);
  }
}

TEST_F(TrainingTest, RunGoesOnWithoutItsEventsWhichDecideNoNumber) {
  const std::string suite = line_suite("checkpoint_interval = 30");
  execute(suite, folder_.path());
  const TemporaryFolder other;
  execute(suite, other.path(), stop_at(40));
  const auto events = [&] {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(other.path())) {
      if (entry.path().filename().string().starts_with("events.")) files.push_back(entry.path());
    }
    return files;
  };
  ASSERT_EQ(events().size(), 1U);
  std::filesystem::remove(events().front());
  EXPECT_EQ(execute(suite, other.path()), Outcome::kFinished);
  EXPECT_EQ(events().size(), 1U);
  EXPECT_EQ(sha256_of_file(folder_.path() / "evaluations.csv"), sha256_of_file(other.path() / "evaluations.csv"));
}

TEST_F(TrainingTest, TornCheckpointFallsBackToTheOneBefore) {
  const std::string suite = line_suite("checkpoint_interval = 40");
  execute(suite, folder_.path());
  const TemporaryFolder other;
  execute(suite, other.path(), stop_at(130));
  std::int64_t newest = 0;
  for (const auto& entry : std::filesystem::directory_iterator(other.path() / "checkpoint")) {
    const std::string stem = entry.path().stem().string();
    if (stem.starts_with("step-")) newest = std::max<std::int64_t>(newest, std::stoll(stem.substr(5)));
  }
  const auto torn = other.path() / "checkpoint" / ("step-" + std::to_string(newest) + ".state");
  std::filesystem::resize_file(torn, std::filesystem::file_size(torn) / 2);
  std::vector<std::string> log;
  Training training(run_of(suite), registry_, other.path(),
                    {.should_stop = [] { return false; },
                     .progress = [](const Progress&) {},
                     .log = [&](const std::string& line) { log.push_back(line); }});
  EXPECT_EQ(log.size(), 1U);
  EXPECT_GT(training.first_step(), 0);
  EXPECT_LT(training.first_step(), newest);
  training.execute();
  EXPECT_EQ(sha256_of_file(folder_.path() / "evaluations.csv"), sha256_of_file(other.path() / "evaluations.csv"));
}

TEST_F(TrainingTest, RunWithoutAWholeCheckpointSaysThatItStartsAnew) {
  const std::string suite = line_suite("checkpoint_interval = 40");
  execute(suite, folder_.path());
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / "checkpoint")) {
    if (entry.path().extension() == ".state") std::filesystem::resize_file(entry.path(), 5);
  }
  std::vector<std::string> log;
  const Training training(run_of(suite), registry_, folder_.path(),
                          {.should_stop = [] { return false; },
                           .progress = [](const Progress&) {},
                           .log = [&](const std::string& line) { log.push_back(line); }});
  EXPECT_EQ(training.first_step(), 0);
  ASSERT_EQ(log.size(), 3U);
  EXPECT_NE(log.back().find("the run starts again"), std::string::npos) << log.back();
}

// The first rows of every table are behind both checkpoints.
TEST_F(TrainingTest, TableThatWasChangedBeforeAResumeIsRefused) {
  const std::string suite = line_suite("checkpoint_interval = 30");
  for (const char* name : {"evaluations.csv", "timing.csv", "training.csv", "coverage.csv"}) {
    const TemporaryFolder folder;
    execute(suite, folder.path(), stop_at(100));
    const std::filesystem::path file = folder.path() / name;
    std::string rows = results::read_file(file);
    char& digit = rows[rows.find('\n') + 1];
    digit = digit == '9' ? '8' : '9';
    results::write_file(file, rows, results::Durability::kProcess);
    try {
      execute(suite, folder.path());
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(std::string(name) + ": was changed since"), std::string::npos)
          << error.what();
      EXPECT_NE(std::string(error.what()).find("--retry --fresh"), std::string::npos);
    }
  }
}

TEST_F(TrainingTest, RowsThatWereChangedAfterTheCheckpointBeforeDoNotMatter) {
  const std::string suite = line_suite("checkpoint_interval = 30");
  execute(suite, folder_.path());
  const TemporaryFolder other;
  execute(suite, other.path(), stop_at(100));
  const std::filesystem::path file = other.path() / "evaluations.csv";
  std::string rows = results::read_file(file);
  rows[rows.size() - 3] ^= 1;
  results::write_file(file, rows, results::Durability::kProcess);
  EXPECT_EQ(execute(suite, other.path()), Outcome::kFinished);
  EXPECT_EQ(sha256_of_file(folder_.path() / "evaluations.csv"), sha256_of_file(file));
}

TEST_F(TrainingTest, SettingsThatWereChangedBeforeAResumeAreRefused) {
  const std::string suite = line_suite("checkpoint_interval = 30");
  execute(suite, folder_.path(), stop_at(100));
  try {
    execute(suite + "learning_rate = 0.5\n", folder_.path());
    ADD_FAILURE() << "it went on";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("config.toml was changed since: algorithm.learning_rate: 0.5, was 0.01"),
              std::string::npos)
        << error.what();
  }
  // When checkpoints are written changes no number.
  EXPECT_EQ(execute(line_suite("checkpoint_interval = 40"), folder_.path()), Outcome::kFinished);
}

TEST_F(TrainingTest, ParameterWithoutAValueIsRefused) {
  const auto problem = [&](const std::function<void(suite::Run&)>& spoil) {
    suite::Run run = run_of(line_suite());
    spoil(run);
    try {
      const Training training(run, registry_, TemporaryFolder().path(), {});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(problem([](suite::Run& run) { run.algorithm_values.erase("learning_rate"); }),
            "config.toml has no value for the parameter \"learning_rate\" of learner; plan the run again");
  EXPECT_EQ(problem([](suite::Run& run) { run.task_values["more"].value = true; }),
            "config.toml has 2 values for the 1 parameters of line; plan the run again");
}

TEST_F(TrainingTest, CheckpointOfAnotherRunIsRefused) {
  const std::string suite = line_suite("checkpoint_interval = 30");
  execute(suite, folder_.path(), stop_at(100));
  std::string other = suite;
  other.replace(other.find("seeds = [1]"), 11, "seeds = [2]");
  EXPECT_THROW(execute(other, folder_.path()), Error);
}

TEST_F(TrainingTest, BestPolicyThatWasRemovedOrDamagedIsWrittenAgain) {
  const std::string suite = line_suite("checkpoint_interval = 30");
  execute(suite, folder_.path());
  for (const bool remove : {true, false}) {
    const TemporaryFolder other;
    execute(suite, other.path(), stop_at(100));
    if (remove) std::filesystem::remove(other.path() / kBestPolicyFile);
    if (!remove) results::write_file(other.path() / kBestPolicyFile, "damaged", results::Durability::kProcess);
    execute(suite, other.path());
    EXPECT_EQ(sha256_of_file(folder_.path() / kBestPolicyFile), sha256_of_file(other.path() / kBestPolicyFile));
  }
}

TEST_F(TrainingTest, NothingIsWrittenIntoACheckpointFolderThatIsASymbolicLink) {
  const TemporaryFolder outside;
  results::write_file(outside.path() / "mine", "mine", results::Durability::kProcess);
  std::filesystem::create_directory_symlink(outside.path(), folder_.path() / "checkpoint");
  EXPECT_THROW(execute(line_suite(), folder_.path()), Error);
  EXPECT_EQ(results::read_file(outside.path() / "mine"), "mine");
}

TEST_F(TrainingTest, MetricThatIsNotFiniteEndsTheRunWithStepAndName) {
  std::string suite = line_suite();
  suite.replace(suite.find("name = \"learner\""), 16, "name = \"faulty\"\nfault = \"nan_metric\"\nat_update = 5");
  try {
    execute(suite, folder_.path());
    FAIL();
  } catch (const NotFiniteError& error) {
    EXPECT_STREQ(error.what(), "step 20: weight is nan");
  }
}

TEST_F(TrainingTest, WhatWouldMakeNumbersWrongEndsTheRunWithASentence) {
  prepare_to_compute();
  const auto problem = [&](const std::string& algorithm_fault, const std::string& environment_fault) {
    std::string suite = line_suite();
    suite.replace(suite.find("environment_steps = 200"), 23, "environment_steps = 400");
    if (!algorithm_fault.empty())
      suite.replace(suite.find("name = \"learner\""), 16, "name = \"faulty\"\nfault = \"" + algorithm_fault + '"');
    if (!environment_fault.empty()) {
      suite.replace(suite.find("name = \"line/short\""), 19,
                    "environment = \"faulty\"\nlabel = \"spoiled\"\nfault = \"" + environment_fault + '"');
    }
    std::string result = "nothing was thrown";
    try {
      execute(suite, TemporaryFolder().path());
    } catch (const Error& error) {
      result = error.what();
    }
    std::fesetround(FE_TONEAREST);
    return result;
  };
  const std::vector<std::vector<std::string>> cases = {
      {"none", "none", "nothing was thrown"},
      {"frozen_policy", "", "nothing was thrown"},
      {"empty_policy", "", "the algorithm acts otherwise after load_policy()"},
      {"forgets", "", "an algorithm that loads what another saved saves other bytes and acts otherwise"},
      {"save_throws", "", "before the first step, saving the algorithm: cannot be saved, on purpose"},
      {"metric_twice", "", "metric \"weight\" is there twice"},
      {"wide_action", "", "step 12, copy 0: action 0 is 1.5; the algorithm has to choose from [-1, 1]"},
      {"", "forgets", "a copy of the environment that loads what another saved does not go on as that one does"},
      {"", "forgets_age", "a copy of the environment that loads what another saved does not go on as that one does"},
      {"few_rows", "",
       "before the first step, acting in an evaluation: acting for 64 observations, row 4: action 0 is nan, or not "
       "written"},
      {"in_place", "", "step 4: the algorithm changed the next observations that it was handed"},
      {"ends", "", "step 4: the algorithm changed the ends of episodes that it was handed"},
      {"", "writes_actions", "step 0: the environment changed the actions that it was handed"},
      {"", "drifts", "the environment's spec() has other sizes, another episode_limit, other reward terms or other"},
      {"", "rounds_made",
       "step 0: opening the plugins, or making a copy of the environment, left the processor's rounding mode"},
      {"rounds", "", "step 12: the algorithm's observe() and update() left the processor's rounding mode"},
      {"", "unwritten", "step 0, copy 0: observation 1 is nan, or not written after a reset"},
      {"", "no_terms", "evaluation at step 0, episode 0: the reward term \"distance\" adds up to nan"},
      {"", "no_coverage", "step 0: a value of coverage() is nan, or not written"},
      {"", "noisy", "before the first step, looking at the environment: observe() and state() write other values"},
      {"", "curriculum", "evaluation at step 52, last episode again: in a new copy of the environment the same seed"},
      {"", "endless", "evaluation at step 0, episode 0: the environment's episode goes on after 20 steps"}};
  for (const auto& entry : cases) {
    EXPECT_NE(problem(entry[0], entry[1]).find(entry[2]), std::string::npos)
        << entry[0] << entry[1] << ": " << problem(entry[0], entry[1]);
  }
}

}  // namespace
}  // namespace tutti::run
