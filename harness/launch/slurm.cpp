#include "launch/slurm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <deque>
#include <map>
#include <sstream>
#include <thread>

#include "launch/command.hpp"
#include "launch/room.hpp"
#include "launch/say.hpp"
#include "launch/stop_requests.hpp"
#include "launch/supervisor.hpp"
#include "results/files.hpp"

namespace tutti::launch {
namespace {

// Seconds before the end of a job's time at which Slurm says so: enough to write a checkpoint.
constexpr int kWarningSeconds = 120;
// A job that Slurm starts again may find the run's old process still writing its checkpoint.
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kPollTime{100};

std::filesystem::path slurm_folder(const std::filesystem::path& suite_folder) { return suite_folder / "slurm"; }

/// A file name as an option of sbatch in a script: whole, and with nothing in it that Slurm would replace.
std::string sbatch_path(const std::filesystem::path& path) {
  std::string result;
  for (const char c : path.string()) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '%') result += '%';
    result += c;
  }
  return result;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Ids of the jobs that were ever submitted, in order.
std::vector<std::string> submitted_jobs(const std::filesystem::path& suite_folder) {
  std::vector<std::string> jobs;
  for (const std::string& line :
       lines_of(results::read_file_if_any(slurm_folder(suite_folder) / "jobs").value_or(""))) {
    jobs.push_back(line.substr(0, line.find(' ')));
  }
  return jobs;
}

/// How many tasks of the jobs are in each of Slurm's states, such as PENDING. Jobs that Slurm has forgotten are in
/// none.
std::map<std::string, int> tasks_by_state(const std::vector<std::string>& jobs) {
  std::map<std::string, int> counts;
  if (jobs.empty()) return counts;
  const CommandResult result = run_command({"squeue", "--noheader", "--array", "--format=%F %T"});
  if (result.status != 0) throw Error("squeue failed; is the cluster up?");
  for (const std::string& line : lines_of(result.output)) {
    const std::size_t space = line.find(' ');
    const bool ours = std::find(jobs.begin(), jobs.end(), line.substr(0, space)) != jobs.end();
    if (ours && space != std::string::npos) ++counts[line.substr(space + 1)];
  }
  return counts;
}

/// Throws Error if the cluster takes no array of so many runs.
void check_array_size(std::size_t runs) {
  const CommandResult config = run_command({"scontrol", "show", "config"});
  const std::optional<std::size_t> most = most_array_runs(config.output);
  if (!most || runs <= *most) return;
  throw Error(
      fmt::format("{} runs are to do, but this cluster takes at most {} in one job array; raise MaxArraySize in its "
                  "slurm.conf, or submit a suite of fewer runs",
                  runs, *most));
}

std::string new_array_name(const std::filesystem::path& suite_folder) {
  int number = 1;
  while (std::filesystem::exists(slurm_folder(suite_folder) / fmt::format("array-{}.sh", number))) ++number;
  return fmt::format("array-{}", number);
}

/// What a task of an array has to execute.
struct Task {
  std::filesystem::path folder;  // below the suite's
  SupervisorOptions options;
};

std::string manifest(const suite::Plan& plan, const std::deque<std::size_t>& to_do, bool keep, ChangeFinder& finder) {
  std::string text;
  for (const std::size_t index : to_do) {
    const suite::Run& run = plan.runs[index];
    text += fmt::format("{} {}{}\n", run.folder().generic_string(), finder.build(run), keep ? " keep" : "");
  }
  return text;
}

Task task_from(const std::string& line) {
  std::istringstream words(line);
  std::string folder;
  std::string keep;
  Task task;
  words >> folder >> task.options.build >> keep;
  task.folder = folder;
  task.options.keep = keep == "keep";
  return task;
}

std::string submit(const std::filesystem::path& script) {
  const CommandResult result = run_command({"sbatch", "--parsable", script.string()});
  if (result.status != 0) throw Error("sbatch refused " + script.string());
  return result.output.substr(0, result.output.find_first_of(";\n"));  // "7" or "7;cluster"
}

/// "7_3": how Slurm calls this task of the array.
std::string own_job() {
  const char* job = std::getenv("SLURM_ARRAY_JOB_ID");
  const char* task = std::getenv("SLURM_ARRAY_TASK_ID");
  return job == nullptr || task == nullptr ? "" : fmt::format("{}_{}", job, task);
}

// A job that stops within the grace of a pre-emption, or before its time is over, counts as done: it has to queue
// itself again. One that was cancelled, or that Slurm queues again by itself, is not in the running state any more.
void queue_again_if_running() {
  const std::string job = own_job();
  const CommandResult shown = run_command({"scontrol", "--oneliner", "show", "job", job});
  if (shown.output.find("JobState=RUNNING") != std::string::npos) (void)run_command({"scontrol", "requeue", job});
}

RunView execute(const suite::Run& run, const std::filesystem::path& folder, const SupervisorOptions& options,
                const StopRequests& requests) {
  Supervisor supervisor(run, folder, options);
  while (!supervisor.poll()) {
    if (requests.asked()) supervisor.stop();
    std::this_thread::sleep_for(kPollTime);
  }
  return supervisor.conclude();
}

}  // namespace

std::optional<std::size_t> most_array_runs(const std::string& config) {
  constexpr std::string_view kName = "MaxArraySize";
  for (const std::string& line : lines_of(config)) {
    const std::size_t first = line.find_first_of("0123456789");
    std::size_t most = 0;
    if (!line.starts_with(kName) || first == std::string::npos) continue;
    if (std::from_chars(line.data() + first, line.data() + line.size(), most).ec == std::errc()) return most;
  }
  return std::nullopt;
}

std::string slurm_script(const suite::SlurmSettings& settings, const std::string& suite,
                         const std::filesystem::path& suite_folder, const std::filesystem::path& program,
                         const std::string& array, std::size_t count) {
  const std::string throttle = settings.throttle > 0 ? fmt::format("%{}", settings.throttle) : "";
  std::string text = "#!/bin/sh\n";
  const auto option = [&](const std::string& line) { text += "#SBATCH " + line + '\n'; };
  option(fmt::format("--job-name=tutti-{}", suite));
  option(fmt::format("--array=0-{}{}", count - 1, throttle));
  option("--ntasks=1 --cpus-per-task=1");
  if (!settings.partition.empty()) option("--partition=" + settings.partition);
  if (!settings.time_limit.empty()) option("--time=" + settings.time_limit);
  if (!settings.memory.empty()) option("--mem=" + settings.memory);
  option("--requeue --open-mode=append");
  option(fmt::format("--signal=USR1@{}", kWarningSeconds));
  option(fmt::format("--output=\"{}/{}-%a.out\"", sbatch_path(slurm_folder(suite_folder)), array));
  if (!settings.extra.empty()) option(settings.extra);
  // As a job step: those are told of a pre-emption, the script itself is not.
  text += fmt::format("exec srun --ntasks=1 {} slurm-task {} {} \"$SLURM_ARRAY_TASK_ID\"\n",
                      shell_word(program.string()), shell_word(suite_folder.string()), array);
  return text;
}

Submission submit_to_slurm(const suite::Plan& plan, loader::Registry& registry, const SlurmOptions& options) {
  const std::filesystem::path folder = std::filesystem::absolute(options.results / plan.name).lexically_normal();
  std::optional<results::Lock> lock;
  if (!options.dry_run) {
    results::make_folder(slurm_folder(folder));
    lock = claim(folder);
    for (const auto& [state, count] : tasks_by_state(submitted_jobs(folder))) {
      throw Error(fmt::format("{}: {} task(s) of an earlier job array are {}; wait for them, or `tutti cancel {}`",
                              folder.string(), count, state, shell_word(folder.string())));
    }
  }
  ChangeFinder finder(registry);
  const std::deque<std::size_t> to_do = options.dry_run
                                            ? runs_to_do(plan, folder, options.retry)
                                            : settle_runs(plan, folder, options.on_change, options.retry, finder);
  const auto count = static_cast<std::int64_t>(to_do.size());
  Submission submission{.runs = to_do.size(), .script = "", .job = ""};
  if (to_do.empty()) return submission;
  const std::string array = new_array_name(folder);
  submission.script = slurm_script(plan.slurm, plan.name, folder, this_program(), array, to_do.size());
  if (options.dry_run) return submission;

  check_array_size(to_do.size());
  check_room(plan, to_do, plan.slurm.throttle > 0 ? std::min(plan.slurm.throttle, count) : count, folder, registry);
  write_plan_files(plan, options.repeated, folder);
  const bool keep = options.on_change == OnChange::kKeep;
  for (const std::size_t index : to_do) prepare_run(plan.runs[index], folder / plan.runs[index].folder(), keep);
  const std::filesystem::path script = slurm_folder(folder) / (array + ".sh");
  results::write_file(slurm_folder(folder) / (array + ".runs"), manifest(plan, to_do, keep, finder),
                      results::Durability::kPower);
  results::write_file(script, submission.script, results::Durability::kPower);
  submission.job = submit(script);
  const std::filesystem::path jobs = slurm_folder(folder) / "jobs";
  const std::string earlier = results::read_file_if_any(jobs).value_or("");
  results::write_file(jobs, fmt::format("{}{} {}\n", earlier, submission.job, array), results::Durability::kPower);
  return submission;
}

int run_slurm_task(const std::vector<std::string>& arguments) {
  if (arguments.size() != 4) throw Error("slurm-task: started by Slurm only");
  const std::filesystem::path suite_folder = arguments[1];
  const std::vector<std::string> tasks =
      lines_of(results::read_file(slurm_folder(suite_folder) / (arguments[2] + ".runs")));
  std::size_t index = 0;
  std::from_chars(arguments[3].data(), arguments[3].data() + arguments[3].size(), index);
  if (index >= tasks.size()) throw Error("slurm-task: no run number " + arguments[3] + " in " + arguments[2]);
  const Task task = task_from(tasks[index]);
  const std::filesystem::path folder = suite_folder / task.folder;
  const suite::Run run = suite::read_config(folder / "config.toml");

  const StopRequests requests;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  RunView view = view_run(folder);
  while (view.state == RunState::kRunning && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kPollTime);
    view = view_run(folder);
  }
  if (view.state != RunState::kFinished) view = execute(run, folder, task.options, requests);
  say(stdout, fmt::format("{}: {}\n", task.folder.generic_string(), to_text(view.state)));
  if (view.state == RunState::kInterrupted) queue_again_if_running();
  return view.state == RunState::kFailed ? 1 : 0;
}

Queue slurm_queue(const std::filesystem::path& suite_folder) {
  const std::vector<std::string> jobs = submitted_jobs(suite_folder);
  if (jobs.empty()) return {};
  Queue queue{.text = fmt::format("slurm: job {}: ", jobs.back()), .tasks = 0};
  try {
    std::vector<std::string> parts;
    for (const auto& [state, count] : tasks_by_state(jobs)) {
      parts.push_back(fmt::format("{} {}", count, state));
      queue.tasks += count;
    }
    queue.text += parts.empty() ? "nothing queued" : fmt::format("{}", fmt::join(parts, ", "));
  } catch (const Error& error) {
    queue.text += error.what();
  }
  return queue;
}

void cancel_slurm(const std::filesystem::path& suite_folder) {
  if (!std::filesystem::is_directory(suite_folder)) throw Error(suite_folder.string() + ": no such folder");
  std::vector<std::string> command = {"scancel"};
  for (const std::string& job : submitted_jobs(suite_folder)) command.push_back(job);
  if (command.size() == 1) throw Error(suite_folder.string() + ": was never submitted to Slurm");
  if (run_command(command).status != 0) throw Error("scancel failed; is the cluster up?");
}

}  // namespace tutti::launch
