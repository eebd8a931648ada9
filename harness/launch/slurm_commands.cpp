#include "launch/slurm_commands.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "launch/command.hpp"
#include "results/files.hpp"
#include "tutti/error.hpp"

namespace tutti::launch {
namespace {

constexpr std::size_t kMostDigits = 18;  // of a number that fits into 64 bits
constexpr std::array<std::string_view, 6> kVariables = {"SLURM_",   "SBATCH_",   "SQUEUE_",
                                                        "SCANCEL_", "SCONTROL_", "SRUN_"};

CommandResult run_slurm(std::vector<std::string> arguments, const std::string& cluster = "") {
  return run_command(std::move(arguments), slurm_environment(cluster));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= kMostDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_cluster(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  return !text.empty() && text.front() != '-' && std::ranges::all_of(text, plain);
}

std::optional<std::size_t> number_from(const std::string& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Jobs by cluster: each cluster is asked for its own.
std::map<std::string, std::vector<Job>> by_cluster(const std::vector<Job>& jobs) {
  std::map<std::string, std::vector<Job>> result;
  for (const Job& job : jobs) result[job.cluster].push_back(job);
  return result;
}

/// "7_3": how Slurm calls this task of the array; empty if it is none.
std::string own_task_id() {
  const char* job = std::getenv("SLURM_ARRAY_JOB_ID");
  const char* task = std::getenv("SLURM_ARRAY_TASK_ID");
  const bool named = job != nullptr && task != nullptr && is_number(job) && is_number(task);
  return named ? fmt::format("{}_{}", job, task) : "";
}

/// Whether a queued job of this number, name and script is `job`, whose own script is in `scripts`. Slurm may leave out
/// name and script, and a site may submit a copy of the script.
bool is_same(const Job& job, const std::string& name, const std::filesystem::path& script,
             const std::filesystem::path& scripts) {
  const std::filesystem::path own = scripts / (job.array + ".sh");
  const std::string text = results::read_file_if_any(own).value_or("");
  if (!name.empty() && !text.empty() && text.find("--job-name=" + name + "\n") == std::string::npos) return false;
  const bool is_array_script =
      script.filename() == own.filename() && script.parent_path().filename() == scripts.filename();
  std::error_code error;
  return !is_array_script || script == own || std::filesystem::equivalent(script, own, error);
}

/// "1-02:03:04" or "02:03:04" after `name`, in seconds; nothing if it is a word, such as UNLIMITED.
std::optional<std::int64_t> seconds_after(const std::string& shown, const std::string& name) {
  const std::size_t start = shown.find(' ' + name + '=');
  if (start == std::string::npos) return std::nullopt;
  const char* const text = shown.c_str() + start + name.size() + 2;
  long long days = 0, hours = 0, minutes = 0, seconds = 0;
  if (std::sscanf(text, "%lld-%lld:%lld:%lld", &days, &hours, &minutes, &seconds) != 4) {
    days = 0;
    if (std::sscanf(text, "%lld:%lld:%lld", &hours, &minutes, &seconds) != 3) return std::nullopt;
  }
  return ((24 * days + hours) * 60 + minutes) * 60 + seconds;
}

}  // namespace

std::vector<std::string> slurm_environment(const std::string& cluster) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const bool steers =
        std::ranges::any_of(kVariables, [&](std::string_view start) { return text.starts_with(start); });
    if (!steers || text.starts_with("SLURM_CONF=")) variables.emplace_back(text);
  }
  if (!cluster.empty()) variables.push_back("SLURM_CLUSTERS=" + cluster);
  return variables;
}

std::optional<Job> job_from(const std::string& output) {
  std::optional<Job> job;
  std::istringstream stream(output);
  for (std::string line; std::getline(stream, line);) {
    const std::string_view text = trimmed(line);
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view cluster = text.substr(std::min(end + 1, text.size()));
    const bool alone = end == text.size();
    if (!is_number(text.substr(0, end)) || (!alone && !is_cluster(cluster))) continue;
    job = Job{std::string(text.substr(0, end)), std::string(cluster), ""};
  }
  return job;
}

std::optional<std::size_t> most_array_runs(const std::string& config) {
  constexpr std::string_view kName = "MaxArraySize";
  std::istringstream stream(config);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t first = line.find_first_of("0123456789");
    std::size_t most = 0;
    if (!line.starts_with(kName) || first == std::string::npos) continue;
    if (std::from_chars(line.data() + first, line.data() + line.size(), most).ec == std::errc()) return most;
  }
  return std::nullopt;
}

std::optional<std::size_t> most_array_runs() {
  const std::optional<std::size_t> most = most_array_runs(run_slurm({"scontrol", "show", "config"}).output);
  if (most && *most == 0) throw Error("this cluster takes no job arrays: MaxArraySize is 0 in its slurm.conf");
  return most;
}

Job submit_script(const std::filesystem::path& script) {
  const CommandResult result = run_slurm({"sbatch", "--parsable", script.string()});
  if (result.status != 0) throw Error(fmt::format("{}: sbatch refused it", script.string()));
  const std::optional<Job> job = job_from(result.output);
  if (job) return *job;
  throw Error(
      fmt::format("{}: sbatch printed no line that is the number of a job, but \"{}\"; look with `squeue --me` "
                  "whether it was submitted, and cancel it before the next try",
                  script.string(), trimmed(result.output)));
}

std::vector<QueuedTask> queued_tasks(const std::vector<Job>& jobs, const std::filesystem::path& scripts) {
  std::vector<QueuedTask> tasks;
  std::map<std::string, bool> known;  // by job, name and script: an array has many tasks
  for (const auto& [cluster, own] : by_cluster(jobs)) {
    // --all: also in partitions that are hidden, or that the user may not use any more.
    const CommandResult result =
        run_slurm({"squeue", "--noheader", "--array", "--all", "--format=%F %T %K %j %o"}, cluster);
    if (result.status != 0) throw Error("squeue failed; is the cluster up?");
    std::istringstream stream(result.output);
    for (std::string line; std::getline(stream, line);) {
      std::istringstream words(line);
      QueuedTask task;
      std::string index, name, script;
      words >> task.job >> task.state >> index >> name;
      std::getline(words >> std::ws, script);
      const auto job = std::ranges::find(own, task.job, &Job::id);
      if (task.state.empty() || job == own.end()) continue;
      const auto [entry, is_new] = known.try_emplace(fmt::format("{} {} {}", task.job, name, script));
      if (is_new) entry->second = is_same(*job, name, script, scripts);
      if (!entry->second) continue;
      task.index = number_from(index);
      tasks.push_back(task);
    }
  }
  return tasks;
}

void cancel_jobs(const std::vector<Job>& jobs) {
  for (const auto& [cluster, own] : by_cluster(jobs)) {
    std::vector<std::string> command = {"scancel"};
    for (const Job& job : own) {
      if (!is_number(job.id)) throw Error("\"" + job.id + "\" is not the number of a job");
      command.push_back(job.id);
    }
    if (run_slurm(std::move(command), cluster).status != 0) throw Error("scancel failed; is the cluster up?");
  }
}

OwnTask own_task_from(const std::string& id, const std::string& shown) {
  OwnTask task{.id = id, .is_running = shown.find("JobState=RUNNING") != std::string::npos, .seconds_left = {}};
  const std::optional<std::int64_t> limit = seconds_after(shown, "TimeLimit");
  const std::optional<std::int64_t> passed = seconds_after(shown, "RunTime");
  if (limit && passed) task.seconds_left = *limit - *passed;
  return task;
}

OwnTask own_task() {
  const std::string id = own_task_id();
  if (id.empty()) return {};
  return own_task_from(id, run_slurm({"scontrol", "--all", "--oneliner", "show", "job", id}).output);
}

// A job that stops within the grace of a pre-emption, or before its time is over, counts as done to Slurm.
void queue_again(const OwnTask& task) { (void)run_slurm({"scontrol", "requeue", task.id}); }

}  // namespace tutti::launch
