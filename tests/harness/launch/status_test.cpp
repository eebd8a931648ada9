#include "launch/status.hpp"

#include "launch_fixture.hpp"

namespace tutti::launch {
namespace {

// A finished run without an update, as its folder shows it.
void write_run(const std::filesystem::path& suite_folder, const suite::Run& run) {
  const std::filesystem::path folder = suite_folder / run.folder();
  std::filesystem::create_directories(folder);
  results::write_file(folder / "config.toml", suite::config_toml(run), results::Durability::kProcess);
  results::RunRecord record;
  record.run_id = run.algorithm;
  record.task = run.task;
  record.environment = run.environment;
  record.algorithm = run.algorithm;
  record.algorithm_name = run.algorithm_name;
  record.seed = run.seed;
  record.status = results::RunState::kFinished;
  record.evaluations_digest = run.algorithm;
  results::write_run_record(folder, record);
}

TEST(Status, NamesFinishedRunsWithoutAnUpdateUnlessTheyHaveNothingToLearn) {
  const testing_support::TemporaryFolder folder;
  results::PlanRecord plan;
  plan.suite = "quick";
  plan.file = "quick.toml";
  for (const bool learns : {true, false}) {
    suite::Run run;
    run.task = "mpe/a";
    run.environment = "mpe";
    run.algorithm = run.algorithm_name = learns ? "hatd3" : "random";
    run.seed = 1;
    if (learns) run.algorithm_values["warm_up_steps"] = {std::int64_t{5000}, "default"};
    plan.runs.push_back({run.task, run.algorithm, run.seed, run.folder().string()});
    plan.algorithms.push_back({.label = run.algorithm, .name = run.algorithm_name});
    write_run(folder.path(), run);
  }
  plan.tasks.push_back({.label = "mpe/a", .family = "mpe"});
  results::write_plan(folder.path(), plan);
  const std::string text = status_text(folder.path(), 120);
  EXPECT_NE(text.find("2 finished"), std::string::npos) << text;
  EXPECT_NE(text.find("finished without an update: hatd3 on mpe/a\n"), std::string::npos) << text;
}

TEST(Status, MeasuresARunByTheBudgetOfItsTask) {
  const testing_support::TemporaryFolder folder;
  results::PlanRecord plan;
  plan.suite = "quick";
  plan.protocol = {1000, 100, 2, "deterministic", "fresh", true, 0};
  plan.tasks = {{.label = "mpe/a", .family = "mpe"}, {.label = "mpe/b", .family = "mpe"}};
  plan.tasks[1].protocol = results::Protocol{3000, 100, 2, "deterministic", "fresh", true, 0};
  plan.algorithms.push_back({.label = "random", .name = "random"});
  for (const char* task : {"mpe/a", "mpe/b"})
    plan.runs.push_back({task, "random", 1, std::string(task) + "/random/seed-1"});
  results::write_plan(folder.path(), plan);
  const Board board = read_board(folder.path());
  EXPECT_EQ(board.rows.at(0).budget, 1000);
  EXPECT_EQ(board.rows.at(1).budget, 3000);
}

}  // namespace
}  // namespace tutti::launch
