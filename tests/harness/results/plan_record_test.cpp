#include "results/plan_record.hpp"

#include <gtest/gtest.h>

#include <string>

#include "results/files.hpp"
#include "temporary_folder.hpp"

namespace tutti::results {
namespace {

TEST(PlanRecord, ReadsBackWhatWasWritten) {
  const testing_support::TemporaryFolder folder;
  PlanRecord plan;
  plan.suite = "quick";
  plan.command = {"run", "/suites/quick.toml", "--seeds", "1,2"};
  plan.protocol = {20000, 5000, 32, "sampled", "fixed", false, 0};
  plan.tasks = {{"mpe/coop-nav-n3", "mpe", ReferenceRange{-75.8, "random", -16, "scripted"}}, {"other/task", "other"}};
  plan.tasks[1].protocol = Protocol{40000, 10000, 8, "sampled", "fixed", false, 0};
  plan.bounds = {{"other/task", {0, 0.1}}};
  plan.thresholds = {{"mpe/coop-nav-n3", -30.5}};
  plan.algorithms = {{"ours", "omad", true}, {"hatd3", "hatd3", false}};
  plan.seeds = {1, 18446744073709551615U};
  plan.report_options = {{"score", "final"}, {"runs", true}, {"level", 0.9}, {"replicates", std::int64_t{100}}};
  plan.runs = {{"mpe/coop-nav-n3", "ours", 1, "mpe/coop-nav-n3/ours/seed-1", {"algorithm.discount: 0.99, was 0.95"}},
               {"mpe/coop-nav-n3", "hatd3", 1, "mpe/coop-nav-n3/hatd3/seed-1"}};
  write_plan(folder.path(), plan);

  const PlanRecord read = read_plan_record(folder.path());
  EXPECT_EQ(read.suite, "quick");
  EXPECT_EQ(read.command, plan.command);
  EXPECT_EQ(read.protocol.mode, "sampled");
  EXPECT_FALSE(read.protocol.absolute);
  EXPECT_EQ(read.tasks.at(0).family, "mpe");
  ASSERT_TRUE(read.tasks.at(0).reference);
  EXPECT_EQ(read.tasks.at(0).reference->low, -75.8);
  EXPECT_EQ(read.tasks.at(0).reference->high_source, "scripted");
  EXPECT_FALSE(read.tasks.at(1).reference);
  EXPECT_EQ(read.protocol_of("mpe/coop-nav-n3"), plan.protocol);
  EXPECT_EQ(read.protocol_of("other/task"), *plan.tasks[1].protocol);
  EXPECT_EQ(read.protocol_of("unheard/of"), plan.protocol);
  EXPECT_EQ(read.bounds.at("other/task").high, 0.1);
  EXPECT_EQ(read.thresholds, plan.thresholds);
  EXPECT_TRUE(read.algorithms.at(0).proposed);
  EXPECT_EQ(read.seeds, plan.seeds);
  EXPECT_EQ(read.report_options, plan.report_options);
  EXPECT_EQ(read.runs.at(0).folder, "mpe/coop-nav-n3/ours/seed-1");
  EXPECT_EQ(read.runs.at(0).kept, plan.runs[0].kept);
  EXPECT_TRUE(read.runs.at(1).kept.empty());
}

TEST(PlanRecord, PlanOfBeforeThereWereCommandsIsRead) {
  const testing_support::TemporaryFolder folder;
  PlanRecord plan;
  plan.file = "quick.toml";
  write_plan(folder.path(), plan);
  std::string text = read_file(folder.path() / "plan.json");
  const std::string line = " \"command\": [],\n";
  ASSERT_NE(text.find(line), std::string::npos) << text;
  write_file(folder.path() / "plan.json", text.erase(text.find(line), line.size()), Durability::kProcess);
  EXPECT_EQ(read_plan_record(folder.path()).file, "quick.toml");
}

RunRecord record_of(RunState state) {
  RunRecord record;
  record.status = state;
  return record;
}

TEST(PlanRecord, FinishedRunsThatAPlanDoesNotNameAreFound) {
  const testing_support::TemporaryFolder folder;
  PlanRecord plan;
  plan.runs = {{"mpe/a", "ours", 3, "mpe/a/ours/seed-3"}};
  const auto add = [&](const std::string& name, RunState state) {
    std::filesystem::create_directories(folder.path() / name);
    write_run_record(folder.path() / name, record_of(state));
  };
  add("mpe/a/ours/seed-3", RunState::kFinished);
  EXPECT_TRUE(unplanned_runs(folder.path(), plan).empty());
  EXPECT_EQ(unplanned_text({}), "");
  add("mpe/a/ours/seed-2", RunState::kFinished);
  add("mpe/a/ours/seed-1", RunState::kFinished);
  add("flat/ours/seed-1", RunState::kFinished);
  add("mpe/a/ours/seed-4", RunState::kInterrupted);
  std::filesystem::create_directories(folder.path() / "mpe/a/ours/seed-5");
  write_file(folder.path() / "mpe/a/ours/seed-5/run.json", "{", Durability::kProcess);
  std::filesystem::create_directory_symlink(folder.path() / "mpe", folder.path() / "linked");
  const std::vector<std::string> found = unplanned_runs(folder.path(), plan);
  EXPECT_EQ(found, (std::vector<std::string>{"flat/ours/seed-1", "mpe/a/ours/seed-1", "mpe/a/ours/seed-2"}));
  EXPECT_EQ(unplanned_text(found),
            "3 finished runs are in the folder but not in its plan: flat/ours/seed-1, mpe/a/ours/seed-1, "
            "mpe/a/ours/seed-2");
}

TEST(PlanRecord, AbsentOrDamagedFileIsASentence) {
  const testing_support::TemporaryFolder folder;
  EXPECT_THROW((void)read_plan_record(folder.path()), Error);
  write_file(folder.path() / "plan.json", "{\"schema\": 1}", Durability::kProcess);
  EXPECT_THROW((void)read_plan_record(folder.path()), Error);
}

}  // namespace
}  // namespace tutti::results
