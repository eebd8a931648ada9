#include "suite_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>

#include "digest/digest.hpp"

namespace tutti::reports {
namespace {

constexpr const char* kColumns = "evaluation,step,actual_step,episode,seed,return,length,ended\n";

// No two runs have the same initial states.
std::size_t seed_of(const FakeRun& run) {
  return std::hash<std::string>()(run.task + ' ' + run.algorithm + ' ' + std::to_string(run.seed));
}

std::string rows_of(std::size_t k, std::size_t interval, const std::vector<double>& returns, std::size_t seed) {
  std::string text;
  for (std::size_t episode = 0; episode < returns.size(); ++episode) {
    text +=
        fmt::format("{},{},{},{},{},{},25,truncated\n", k, k * interval, k * interval, episode, seed, returns[episode]);
  }
  return text;
}

std::string evaluations_csv(const FakeRun& run, std::size_t interval) {
  std::string text = kColumns;
  for (std::size_t k = 0; k < run.evaluations.size(); ++k)
    text += rows_of(k, interval, run.evaluations[k], seed_of(run));
  return text;
}

std::string timing_csv(const FakeRun& run, std::size_t interval) {
  const bool cpu = !run.train_cpu_seconds.empty();
  std::string text = "evaluation,step,train_seconds,evaluate_seconds,checkpoint_seconds,wall_seconds";
  text += cpu ? ",train_cpu_seconds\n" : "\n";
  for (std::size_t k = 0; k < run.evaluations.size(); ++k) {
    const double train = run.train_seconds.empty() ? 10.0 * static_cast<double>(k) : run.train_seconds[k];
    text += fmt::format("{},{},{},1,0,{}", k, k * interval, train, train + 1);
    text += cpu ? fmt::format(",{}\n", run.train_cpu_seconds[k]) : "\n";
  }
  return text;
}

std::string coverage_csv(const FakeRun& run) {
  std::string text = "step,bins,visited,inside,outside,entropy\n";
  for (const auto& row : run.coverage) text += fmt::format("{}\n", fmt::join(row, ","));
  return text;
}

void fill_record(const FakeRun& run, const results::PlanRecord& plan, results::RunRecord& record) {
  record.suite = plan.suite;
  record.task = run.task;
  record.environment = run.task.substr(0, run.task.find('/'));
  record.algorithm = record.algorithm_name = run.algorithm;
  record.seed = static_cast<std::uint64_t>(run.seed);
  record.status = results::RunState::kFinished;
  record.protocol = plan.protocol_of(run.task);
  if (record.code.revision.empty()) record.code.revision = "abc";
  if (record.machine.processor.empty()) record.machine.processor = "test processor";
  if (record.machine.jobs == 0) record.machine.jobs = 2;
  if (record.machine.cores == 0) record.machine.cores = 2;
  record.generator = "xoshiro256++";
  record.progress.updates = run.updates;
  record.segments.push_back(
      {.start = "2026-01-01T00:00:00Z", .stop = "2026-01-01T00:01:00Z", .reason = "finished", .host = {}});
}

}  // namespace

SuiteFolder::SuiteFolder(std::int64_t evaluations, std::int64_t episodes, std::int64_t interval) {
  std::string pattern = (std::filesystem::temp_directory_path() / "tutti-report-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = pattern;
  plan.suite = "made-up";
  plan.digest = "0123";
  plan.protocol = {.environment_steps = evaluations * interval,
                   .interval = interval,
                   .episodes = episodes,
                   .mode = "deterministic",
                   .seeds = "fresh",
                   .absolute = true};
}

SuiteFolder::~SuiteFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path SuiteFolder::folder_of(const std::string& task, const std::string& algorithm,
                                             std::int64_t seed) const {
  return path_ / task / algorithm / ("seed-" + std::to_string(seed));
}

results::PlannedTask& SuiteFolder::planned_task(const std::string& task) {
  const auto found = std::ranges::find(plan.tasks, task, &results::PlannedTask::label);
  if (found != plan.tasks.end()) return *found;
  return plan.tasks.emplace_back(results::PlannedTask{task, task.substr(0, task.find('/'))});
}

void SuiteFolder::plan_run(const std::string& task, const std::string& algorithm, std::int64_t seed) {
  (void)planned_task(task);
  if (std::ranges::count(plan.algorithms, algorithm, &results::PlannedAlgorithm::label) == 0) {
    plan.algorithms.push_back({algorithm, algorithm, false});
  }
  const auto number = static_cast<std::uint64_t>(seed);
  if (std::ranges::count(plan.seeds, number) == 0) plan.seeds.push_back(number);
  plan.runs.push_back({task, algorithm, number, task + "/" + algorithm + "/seed-" + std::to_string(seed)});
}

std::filesystem::path SuiteFolder::add(FakeRun run) {
  plan_run(run.task, run.algorithm, run.seed);
  const std::filesystem::path folder = folder_of(run.task, run.algorithm, run.seed);
  std::filesystem::create_directories(folder);
  write_text(folder / "config.toml", run.configuration);
  const auto interval = static_cast<std::size_t>(plan.protocol_of(run.task).interval);
  write_text(folder / "evaluations.csv", evaluations_csv(run, interval));
  write_text(folder / "timing.csv", timing_csv(run, interval));
  if (!run.absolute.empty())
    write_text(folder / "absolute.csv", kColumns + rows_of(1, interval, run.absolute, seed_of(run)));
  if (!run.coverage.empty()) write_text(folder / "coverage.csv", coverage_csv(run));
  fill_record(run, plan, run.record);
  run.record.config_digest = sha256_of_file(folder / "config.toml");
  run.record.evaluations_digest = sha256_of_file(folder / "evaluations.csv");
  results::write_run_record(folder, run.record);
  return folder;
}

void SuiteFolder::add_missing(const std::string& task, const std::string& algorithm, std::int64_t seed) {
  plan_run(task, algorithm, seed);
}

void SuiteFolder::own_budget(const std::string& task, std::int64_t evaluations, std::int64_t interval) {
  results::Protocol protocol = plan.protocol;
  protocol.environment_steps = evaluations * interval;
  protocol.interval = interval;
  planned_task(task).protocol = protocol;
}

void SuiteFolder::propose(const std::string& algorithm) {
  std::ranges::find(plan.algorithms, algorithm, &results::PlannedAlgorithm::label)->proposed = true;
}

void SuiteFolder::set_option(const std::string& name, const results::ReportOption& value) {
  plan.report_options[name] = value;
}

const std::filesystem::path& SuiteFolder::write() {
  results::write_plan(path_, plan);
  return path_;
}

void fail(const std::filesystem::path& folder, const std::string& kind) {
  results::RunRecord record = *results::read_run_record(folder);
  record.status = results::RunState::kFailed;
  record.failure = results::Failure{kind, "it went wrong", {"last line"}};
  record.evaluations_digest.clear();
  results::write_run_record(folder, record);
}

FakeRun plain_run(const std::string& task, const std::string& algorithm, std::int64_t seed,
                  const std::vector<double>& means, double absolute) {
  FakeRun run{.task = task,
              .algorithm = algorithm,
              .seed = seed,
              .evaluations = {},
              .absolute = {},
              .record = {},
              .train_seconds = {},
              .train_cpu_seconds = {},
              .coverage = {}};
  for (const double mean : means) run.evaluations.push_back({mean - 1, mean + 1});
  run.absolute.assign(20, absolute);
  return run;
}

Analysis analyse_folder(const std::filesystem::path& folder, const ReportOptions& options) {
  return analyse(std::span<const std::filesystem::path>(&folder, 1), options);
}

ReportOptions quick_options() {
  ReportOptions options;
  options.replicates = 200;
  options.improvement_replicates = options.profile_replicates = 100;
  options.efficiency_replicates = options.curve_replicates = 100;
  return options;
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace tutti::reports
