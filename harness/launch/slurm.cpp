#include "launch/slurm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <set>
#include <sstream>
#include <thread>
#include <type_traits>

#include "launch/command.hpp"
#include "launch/program_name.hpp"
#include "launch/replaced_files.hpp"
#include "launch/resource_check.hpp"
#include "launch/say.hpp"
#include "launch/slurm_commands.hpp"
#include "launch/stop_requests.hpp"
#include "launch/supervisor.hpp"
#include "results/files.hpp"
#include "run/journal.hpp"

namespace tutti::launch {
namespace {

// Seconds before the end of a job's time at which Slurm says so: enough to write a checkpoint.
constexpr int kWarningSeconds = 120;
// It may say so a minute early (man sbatch).
constexpr int kMostWarningSeconds = kWarningSeconds + 60;
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

/// The jobs that were ever submitted, in order. Lines that are none are left out: the file may be somebody else's.
std::vector<Job> submitted_jobs(const std::filesystem::path& suite_folder) {
  std::vector<Job> jobs;
  for (const std::string& line :
       lines_of(results::read_file_if_any(slurm_folder(suite_folder) / "jobs").value_or(""))) {
    const std::size_t space = std::min(line.find(' '), line.size());
    std::optional<Job> job = job_from(line.substr(0, space));
    if (!job) continue;
    job->array = line.substr(std::min(space + 1, line.size()));
    jobs.push_back(*job);
  }
  return jobs;
}

std::string job_text(const Job& job) { return job.cluster.empty() ? job.id : job.id + ';' + job.cluster; }

/// Throws Error for a path that a line of a script cannot hold.
void check_path(const std::filesystem::path& path) {
  const std::string text = path.string();
  const bool plain = std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (plain) return;
  throw Error(text +
              ": its name has a line break or another control character, which would end a line of the script "
              "for Slurm; choose another folder with --results");
}

/// "array-3" and the like, of which the folder has no file yet. Slurm appends what a job prints to array-3-0.out and
/// follows links there: such a name has to be free, too.
std::vector<std::string> new_array_names(const std::filesystem::path& suite_folder, std::size_t count) {
  constexpr std::size_t kPrefix = std::string_view("array-").size();
  std::set<std::string> taken;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(slurm_folder(suite_folder), ignored)) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with("array-")) taken.insert(file.substr(0, file.find_first_of("-.", kPrefix)));
  }
  std::vector<std::string> names;
  for (int number = 1; names.size() < count; ++number) {
    const std::string name = fmt::format("array-{}", number);
    if (!taken.contains(name)) names.push_back(name);
  }
  return names;
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

/// Runs that wait in the queue or run, by their folders below the suite's.
struct QueuedRuns {
  std::set<std::string> folders;
  std::string jobs;  // "4711, 4712"
};

/// Those of the jobs that have something in the queue.
std::vector<Job> jobs_with_tasks(std::vector<Job> jobs, const std::vector<QueuedTask>& tasks) {
  std::erase_if(jobs, [&](const Job& job) { return std::ranges::count(tasks, job.id, &QueuedTask::job) == 0; });
  return jobs;
}

std::vector<std::string> ids_of(const std::vector<Job>& jobs) {
  std::vector<std::string> ids;
  for (const Job& job : jobs) ids.push_back(job.id);
  return ids;
}

QueuedRuns queued_runs(const std::filesystem::path& suite_folder) {
  const std::vector<Job> jobs = submitted_jobs(suite_folder);
  const std::vector<QueuedTask> tasks = queued_tasks(jobs, slurm_folder(suite_folder));
  QueuedRuns queued;
  for (const Job& job : jobs) {
    const std::vector<std::string> lines =
        lines_of(results::read_file_if_any(slurm_folder(suite_folder) / (job.array + ".runs")).value_or(""));
    for (const QueuedTask& task : tasks) {
      if (task.job != job.id) continue;
      for (std::size_t index = 0; index < lines.size(); ++index) {
        // Where Slurm does not say which task of the array it is, it may be any.
        if (!task.index || *task.index == index) queued.folders.insert(task_from(lines[index]).folder.generic_string());
      }
    }
  }
  queued.jobs = fmt::format("{}", fmt::join(ids_of(jobs_with_tasks(jobs, tasks)), ", "));
  return queued;
}

/// Throws Error unless what is queued is what the plan says, other seeds apart: it will execute what it was planned
/// with, and all runs of a folder go into one report.
void check_queued(const suite::Plan& plan, const std::filesystem::path& suite_folder, const QueuedRuns& queued) {
  for (const std::string& folder : queued.folders) {
    const auto refuse = [&](const std::string& why) {
      throw Error(fmt::format(
          "{}: is queued or running in an earlier job array ({}), and {}; wait for it, or `{} "
          "cancel {}`",
          (suite_folder / folder).string(), queued.jobs, why, program_name(), shell_word(suite_folder.string())));
    };
    const std::filesystem::path config = suite_folder / folder / "config.toml";
    if (!std::filesystem::exists(config)) refuse("its config.toml is missing");
    suite::Run before;
    try {
      before = suite::read_config(config);
    } catch (const Error& error) {
      refuse(error.what());
    }
    const auto now = std::ranges::find_if(
        plan.runs, [&](const suite::Run& run) { return run.task == before.task && run.algorithm == before.algorithm; });
    if (now == plan.runs.end()) refuse("this suite has no such task and algorithm");
    suite::Run same = *now;
    same.seed = before.seed;
    const std::vector<std::string> changes = suite::differences(same, before);
    if (!changes.empty()) refuse("was planned with something else: " + fmt::format("{}", fmt::join(changes, "; ")));
  }
}

/// The plan with the seeds that the folder's earlier plan had, while runs of them are queued: `status` and `report`
/// read the plan, and have to see all that the folder holds.
suite::Plan with_earlier_seeds(suite::Plan plan, const std::filesystem::path& suite_folder, const QueuedRuns& queued) {
  if (queued.folders.empty()) return plan;
  std::set<std::uint64_t> seeds(plan.seeds.begin(), plan.seeds.end());
  for (const std::uint64_t seed : results::read_plan_record(suite_folder).seeds) {
    if (!seeds.insert(seed).second) continue;
    const std::uint64_t first = plan.seeds.front();
    const std::size_t count = plan.runs.size();
    for (std::size_t index = 0; index < count; ++index) {
      if (plan.runs[index].seed != first) continue;
      suite::Run run = plan.runs[index];
      run.seed = seed;
      plan.runs.push_back(std::move(run));
    }
    plan.seeds.push_back(seed);
  }
  std::ranges::sort(plan.seeds);
  std::ranges::stable_sort(plan.runs, {}, &suite::Run::seed);
  return plan;
}

/// The runs in as few parts as arrays of at most `most` runs allow.
std::vector<std::deque<std::size_t>> parts_of(const std::deque<std::size_t>& runs, std::size_t most) {
  std::vector<std::deque<std::size_t>> parts;
  for (std::size_t first = 0; first < runs.size(); first += most) {
    const std::size_t last = std::min(first + most, runs.size());
    parts.emplace_back(runs.begin() + static_cast<std::ptrdiff_t>(first),
                       runs.begin() + static_cast<std::ptrdiff_t>(last));
  }
  return parts;
}

Job submit_part(const std::filesystem::path& script, const std::vector<std::string>& earlier) {
  try {
    return submit_script(script);
  } catch (const Error& error) {
    if (earlier.empty()) throw;
    throw Error(fmt::format("{}; the arrays before it are submitted (job {}), and the same command submits the rest",
                            error.what(), fmt::join(earlier, ", ")));
  }
}

void keep_job(const std::filesystem::path& suite_folder, const Job& job) {
  const std::filesystem::path file = slurm_folder(suite_folder) / "jobs";
  const std::string earlier = results::read_file_if_any(file).value_or("");
  results::write_file(file, fmt::format("{}{} {}\n", earlier, job_text(job), job.array), results::Durability::kPower);
}

/// What `ask` has from the cluster. A dry run continues without where the cluster does not answer, and says so.
template <class Ask>
std::invoke_result_t<Ask> answer_of_cluster(bool dry_run, Ask ask) {
  try {
    return ask();
  } catch (const Error& error) {
    if (!dry_run) throw;
    say(stderr, fmt::format("{}; the dry run continues without the cluster's answer\n", error.what()));
    return {};
  }
}

/// The settings of each of `parts` arrays. They do not know of each other, so each gets its share of the throttle.
suite::SlurmSettings settings_of_part(suite::SlurmSettings settings, std::size_t parts) {
  if (settings.throttle == 0) return settings;
  const auto count = static_cast<std::int64_t>(parts);
  if (settings.throttle < count) {
    say(stderr,
        fmt::format("warning: the runs need {} arrays, which know nothing of each other: {} runs at once, and not "
                    "{} as throttle says\n",
                    count, count, settings.throttle));
  }
  settings.throttle = std::max<std::int64_t>(settings.throttle / count, 1);
  return settings;
}

/// Whether the run got further than where this start of it began, given what was known before and after.
bool has_advanced(const RunView& before, const RunView& after) {
  if (!after.record) return false;
  const std::int64_t step = after.record->progress.environment_steps;
  if (!before.record) return step > 0;
  if (step > before.record->progress.environment_steps) return true;
  // It may have begun at a checkpoint that is older than the last step on record.
  const std::vector<results::Segment>& segments = after.record->segments;
  const std::int64_t from_step = segments.empty() ? 0 : segments.back().from_step;
  return segments.size() > before.record->segments.size() && from_step > 0 && step > from_step;
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

/// Queues the job of an interrupted run again. Where its whole time did not take the run a step further, the next job
/// would not either: the run fails.
RunView queue_again_or_fail(const suite::Run& run, const std::filesystem::path& folder, const RunView& before,
                            const RunView& after) {
  const OwnTask task = own_task();
  if (!task.is_running) return after;
  const bool time_is_over = task.seconds_left && *task.seconds_left <= kMostWarningSeconds;
  if (!time_is_over || has_advanced(before, after)) {
    queue_again(task);
    return after;
  }
  run::record_end(run, folder, 1,
                  results::Failure{"time",
                                   "the job's time was over before the run got any further; it needs a longer "
                                   "time_limit in the suite's [slurm] table",
                                   {}},
                  {});
  return view_run(folder);
}

}  // namespace

std::string slurm_script(const suite::SlurmSettings& settings, const std::string& suite,
                         const std::filesystem::path& suite_folder, const std::filesystem::path& program,
                         const std::vector<std::string>& plugin_folders, const std::string& array, std::size_t count) {
  check_path(suite_folder);
  check_path(program);
  for (const std::string& plugins : plugin_folders) check_path(plugins);
  const std::string throttle = settings.throttle > 0 ? fmt::format("%{}", settings.throttle) : "";
  std::string text = "#!/bin/sh\n";
  const auto option = [&](const std::string& line) { text += "#SBATCH " + line + '\n'; };
  option(fmt::format("--job-name=tutti-{}", suite));
  option(fmt::format("--array=0-{}{}", count - 1, throttle));
  option("--ntasks=1 --cpus-per-task=1");
  if (!settings.partition.empty()) option("--partition=" + settings.partition);
  if (!settings.time_limit.empty()) option("--time=" + settings.time_limit);
  if (settings.gpus > 0) option(fmt::format("--gres=gpu:{}", settings.gpus));
  if (!settings.memory.empty()) option("--mem=" + settings.memory.substr(0, settings.memory.find('B')));
  option("--requeue --open-mode=append");
  option(fmt::format("--signal=USR1@{}", kWarningSeconds));
  option(fmt::format("--output=\"{}/{}-%a.out\"", sbatch_path(slurm_folder(suite_folder)), array));
  if (!settings.extra.empty()) option(settings.extra);
  // In the command itself: a job, or its step, may be started without the environment of who submits it.
  const std::string environment =
      plugin_folders.empty()
          ? ""
          : "/usr/bin/env " + shell_word(fmt::format("TUTTI_PLUGIN_PATH={}", fmt::join(plugin_folders, ":"))) + ' ';
  // As a job step: the cluster signals a pre-emption to steps, not to the script itself.
  text += fmt::format("exec srun --ntasks=1 {}{} slurm-task {} {} \"$SLURM_ARRAY_TASK_ID\"\n", environment,
                      shell_word(program.string()), shell_word(suite_folder.string()), array);
  return text;
}

Submission submit_to_slurm(const suite::Plan& plan, loader::Registry& registry, const SlurmOptions& options) {
  const std::filesystem::path folder = std::filesystem::absolute(options.results / plan.name).lexically_normal();
  check_path(folder);
  std::optional<results::Lock> lock;
  if (!options.dry_run) {
    results::make_folder_below(folder, "slurm");
    lock = claim(folder);
  }
  const QueuedRuns queued = answer_of_cluster(options.dry_run, [&] { return queued_runs(folder); });
  check_queued(plan, folder, queued);
  ChangeFinder finder(registry, /*computes_here=*/false);
  const Settlement settlement = settlement_of(plan, folder, options.on_change, options.retry, finder);
  std::deque<std::size_t> to_do = settlement.to_do;
  Submission submission;
  submission.queued = std::erase_if(
      to_do, [&](std::size_t index) { return queued.folders.contains(plan.runs[index].folder().generic_string()); });
  submission.runs = to_do.size();
  if (options.retry) {
    if (const std::string left = left_by_retry(plan, folder); !left.empty()) say(stderr, left + '\n');
  }
  if (options.on_change == OnChange::kKeep) {
    if (const std::string left_out = left_out_of_reports(plan, folder); !left_out.empty()) say(stderr, left_out + '\n');
    if (const std::string kept = kept_as_begun(plan, folder, finder); !kept.empty()) say(stderr, kept + '\n');
  }
  if (to_do.empty() && submission.queued > 0) {
    throw Error(
        fmt::format("{}: nothing was submitted: {} run(s) of an earlier job array are queued or running; wait "
                    "for them, or `{} cancel {}`",
                    folder.string(), submission.queued, program_name(), shell_word(folder.string())));
  }
  if (to_do.empty()) return submission;

  const auto most = answer_of_cluster(options.dry_run, [] { return most_array_runs(); });
  const std::vector<std::deque<std::size_t>> parts = parts_of(to_do, most.value_or(to_do.size()));
  const std::vector<std::string> arrays = new_array_names(folder, parts.size());
  const auto count = static_cast<std::int64_t>(to_do.size());
  check_resources(plan, to_do, plan.slurm.throttle > 0 ? std::min(plan.slurm.throttle, count) : count, folder,
                  registry);
  const suite::SlurmSettings settings = settings_of_part(plan.slurm, parts.size());
  std::vector<std::string> scripts;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    scripts.push_back(slurm_script(settings, plan.name, folder, this_program(), options.plugin_folders, arrays[part],
                                   parts[part].size()));
    submission.scripts += scripts.back();
  }
  if (options.dry_run) return submission;

  settle({.to_remove = {}, .to_do = {}}, plan, folder);  // what killed workers have left
  const suite::Plan planned = with_earlier_seeds(plan, folder, queued);
  const bool keep = options.on_change == OnChange::kKeep;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    // Nothing that is there is given up before the cluster has taken what replaces it.
    ReplacedFiles replaced(folder, slurm_folder(folder) / (arrays[part] + ".replaced"));
    if (part == 0) {
      for (const char* const file : {"suite.toml", "plan.json"}) replaced.take(file);
      write_plan_files(planned, options.repeated, folder, keep);
    }
    for (const std::size_t index : parts[part]) {
      const suite::Run& run = plan.runs[index];
      const std::filesystem::path run_folder = results::path_below(folder, run.folder());
      if (std::ranges::binary_search(settlement.to_remove, index)) replaced.take(run.folder());
      prepare_run(run, run_folder, keep);
    }
    const std::filesystem::path script = slurm_folder(folder) / (arrays[part] + ".sh");
    results::write_file(slurm_folder(folder) / (arrays[part] + ".runs"), manifest(plan, parts[part], keep, finder),
                        results::Durability::kPower);
    results::write_file(script, scripts[part], results::Durability::kPower);
    Job job = submit_part(script, submission.jobs);
    replaced.drop();
    job.array = arrays[part];
    keep_job(folder, job);
    submission.jobs.push_back(job.id);
  }
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
  const std::filesystem::path folder = results::path_below(suite_folder, task.folder);
  const suite::Run run = suite::read_config(folder / "config.toml");

  const StopRequests requests;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  RunView view = view_run(folder);
  while (view.state == RunState::kRunning && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kPollTime);
    view = view_run(folder);
  }
  if (const std::string lost = lost_record(view, folder); !lost.empty()) {
    throw Error(lost + "; put it back, or start the run again with --fresh (without --retry)");
  }
  const RunView before = view;
  if (view.state != RunState::kFinished) view = execute(run, folder, task.options, requests);
  // It waits if its worker was stopped before it had a record.
  const bool is_open = view.state == RunState::kInterrupted || view.state == RunState::kWaiting;
  if (is_open) view = queue_again_or_fail(run, folder, before, view);
  say(stdout, fmt::format("{}: {}\n", task.folder.generic_string(), to_text(view.state)));
  return view.state == RunState::kFailed ? 1 : 0;
}

Queue slurm_queue(const std::filesystem::path& suite_folder) {
  const std::vector<Job> jobs = submitted_jobs(suite_folder);
  if (jobs.empty()) return {};
  std::vector<std::string> ids = {jobs.back().id};
  std::string text;
  Queue queue;
  try {
    const std::vector<QueuedTask> tasks = queued_tasks(jobs, slurm_folder(suite_folder));
    std::map<std::string, int> counts;
    for (const QueuedTask& task : tasks) ++counts[task.state];
    std::vector<std::string> parts;
    for (const auto& [state, count] : counts) parts.push_back(fmt::format("{} {}", count, state));
    text = parts.empty() ? "nothing queued" : fmt::format("{}", fmt::join(parts, ", "));
    if (!tasks.empty()) ids = ids_of(jobs_with_tasks(jobs, tasks));
    queue.tasks = static_cast<int>(tasks.size());
  } catch (const Error& error) {
    text = error.what();
    queue.is_known = false;
  }
  queue.text = fmt::format("slurm: job {}: {}", fmt::join(ids, ", "), text);
  return queue;
}

void cancel_slurm(const std::filesystem::path& suite_folder) {
  if (!std::filesystem::is_directory(suite_folder)) throw Error(suite_folder.string() + ": no such folder");
  const std::vector<Job> jobs = submitted_jobs(suite_folder);
  if (jobs.empty()) throw Error(suite_folder.string() + ": was never submitted to Slurm");
  const std::vector<Job> queued = jobs_with_tasks(jobs, queued_tasks(jobs, slurm_folder(suite_folder)));
  if (queued.empty()) say(stdout, suite_folder.string() + ": nothing is queued or running\n");
  cancel_jobs(queued);
}

}  // namespace tutti::launch
