// tutti run, tutti status, tutti cancel: executes a suite, here or on a cluster, and shows its runs.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "cli/numbers.hpp"
#include "cli/report_options.hpp"
#include "cli/suite_options.hpp"
#include "cli/text_table.hpp"
#include "launch/command.hpp"
#include "launch/local.hpp"
#include "launch/program_name.hpp"
#include "launch/say.hpp"
#include "launch/slurm.hpp"
#include "launch/status.hpp"
#include "process/process_state.hpp"

namespace tutti::cli {
namespace {

constexpr std::int64_t kMostJobs = 65'536;

struct RunOptions {
  std::shared_ptr<SuiteOptions> suite;
  launch::LocalOptions local;
  std::optional<std::string> memory_limit;
  std::string launcher = "local";
  bool dry_run = false;
  bool fresh = false;
  bool keep = false;
  bool no_report = false;
};

// What goes wrong with the report does not change how the runs went; that there is none has to be noticed.
bool report_on(const std::filesystem::path& folder) {
  try {
    const std::vector<std::filesystem::path> folders = {folder};
    launch::say(stdout, fmt::format("report: {}\n", make_report(folders, {}, folder / "report").string()));
    return true;
  } catch (const std::exception& error) {
    launch::say(stderr, fmt::format("no report: {}\n", error.what()));
    return false;
  }
}

launch::OnChange on_change(const RunOptions& options) {
  if (options.fresh) return launch::OnChange::kFresh;
  return options.keep ? launch::OnChange::kKeep : launch::OnChange::kRefuse;
}

// The options that the same suite needs to continue later.
std::vector<std::string> repeated(const RunOptions& options) {
  std::vector<std::string> words = repeated(*options.suite);
  if (options.launcher != "local") words.insert(words.end(), {"--launcher", options.launcher});
  if (options.local.jobs > 0) words.insert(words.end(), {"--jobs", std::to_string(options.local.jobs)});
  if (options.memory_limit) words.insert(words.end(), {"--memory-limit", *options.memory_limit});
  if (options.no_report) words.emplace_back("--no-report");
  return words;
}

// "4GB" as "4000000000"; empty if it is no size with a unit.
std::string size_in_bytes(std::string text) {
  const bool has_number = !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0;
  const bool has_unit = !text.empty() && std::isalpha(static_cast<unsigned char>(text.back())) != 0;
  try {
    return has_number && has_unit && CLI::AsSizeValue(true)(text).empty() ? text : "";
  } catch (const CLI::Error&) {
    return "";
  }
}

std::int64_t bytes_from(const std::string& text) {
  const std::int64_t bytes = whole_number(size_in_bytes(text)).value_or(0);
  if (bytes > 0) return bytes;
  throw Error(fmt::format("--memory-limit \"{}\": expected a size with its unit, such as 4GB", text));
}

// What only this machine's launcher does is not ignored in silence.
void refuse_local_options(const RunOptions& options) {
  if (options.local.jobs > 0) {
    throw Error("--jobs belongs to --launcher local; throttle in the suite's [slurm] table says how many run at once");
  }
  if (options.memory_limit) {
    throw Error("--memory-limit belongs to --launcher local; memory in the suite's [slurm] table is that of each run");
  }
  if (options.no_report) throw Error("--no-report belongs to --launcher local; a cluster writes no report");
}

int submit(const suite::Plan& plan, loader::Registry& registry, const RunOptions& options) {
  const launch::Submission submission = launch::submit_to_slurm(plan, registry,
                                                                {.results = options.local.results,
                                                                 .on_change = on_change(options),
                                                                 .retry = options.local.retry,
                                                                 .dry_run = options.dry_run,
                                                                 .repeated = repeated(options),
                                                                 .plugin_folders = plugin_folders()});
  const std::string folder = launch::shell_word((options.local.results / plan.name).string());
  if (submission.runs == 0) {
    launch::say(stdout, fmt::format("nothing to submit; `{} status {}` says more\n", launch::program_name(), folder));
  } else if (options.dry_run) {
    launch::say(stdout, submission.scripts);
  } else {
    const std::string left_out =
        submission.queued > 0 ? fmt::format(", {} more are queued already", submission.queued) : "";
    launch::say(stdout,
                fmt::format("job {}: {} run(s){}; `{program} status {folder}`, `{program} cancel {folder}`, and at the "
                            "end `{program} report {folder}`\n",
                            fmt::join(submission.jobs, ", "), submission.runs, left_out,
                            fmt::arg("program", launch::program_name()), fmt::arg("folder", folder)));
  }
  return 0;
}

int run(const RunOptions& options) {
  if (options.local.results.empty()) throw Error("--results is empty; expected a folder for the results of all suites");
  const bool slurm = options.launcher == "slurm";
  if (slurm) refuse_local_options(options);
  if (options.dry_run && !slurm) {
    throw Error(fmt::format("--dry-run belongs to --launcher slurm; `{} check` shows the plan of a suite",
                            launch::program_name()));
  }
  launch::LocalOptions local = options.local;
  if (options.memory_limit) local.memory_limit_bytes = bytes_from(*options.memory_limit);
  local.repeated = repeated(options);
  const process::ProcessState own;
  loader::Registry registry = load_plugins();
  const suite::Plan plan = requested_plan(*options.suite, registry, /*on_cluster=*/slurm);
  own.restore();
  if (slurm) return submit(plan, registry, options);
  local.on_change = on_change(options);
  const launch::Summary summary = launch::run_suite(plan, registry, local);
  own.restore();
  const std::filesystem::path folder = local.results / plan.name;
  const bool reported = summary.interrupted || options.no_report || report_on(folder);
  if (!summary.complete()) {
    launch::say(stdout, fmt::format("{} finished, {} failed, {} unfinished; `{} status {}` says more\n",
                                    summary.finished, summary.failed, summary.unfinished, launch::program_name(),
                                    launch::shell_word(folder.string())));
  }
  return summary.complete() && reported ? 0 : 1;
}

}  // namespace

void add_run(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("run", "Run a suite, or continue one that was stopped, and write its report");
  auto options = std::make_shared<RunOptions>();
  options->suite = add_suite_options(*command);
  add_count(*command, "--jobs,-j", options->local.jobs, kMostJobs, "runs at once; one for each core if left out");
  command->add_option("--results", options->local.results, "folder for the results of all suites")
      ->capture_default_str();
  command->add_option("--memory-limit", options->memory_limit, "memory of each run, such as 4GB");
  auto* fresh = command->add_flag("--fresh", options->fresh,
                                  "start again the runs whose settings have changed; with --retry, those that failed");
  command->add_flag("--keep", options->keep, "keep those runs as they are")->excludes(fresh);
  command->add_flag("--retry", options->local.retry,
                    "run again those that failed, and only those: runs that were interrupted stay as they are");
  command->add_option("--launcher", options->launcher, "where runs execute: this machine, or a job array of Slurm")
      ->check(CLI::IsMember({"local", "slurm"}))
      ->capture_default_str();
  command->add_flag("--dry-run", options->dry_run, "with --launcher slurm: print the script, submit nothing");
  command->add_flag("--no-report", options->no_report, "write no report at the end");
  command->callback([options, &status] { status = run(*options); });
}

void add_status(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("status", "Show the state of every run of a suite");
  auto folder = std::make_shared<std::filesystem::path>();
  command->add_option("DIR", *folder, "folder of the suite's results, such as results/quick")->required();
  command->callback([folder, &status] {
    launch::say(stdout, launch::status_text(*folder, terminal_width()));
    status = 0;
  });
}

void add_cancel(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("cancel", "Cancel the Slurm jobs of a suite; running ones write checkpoints");
  auto folder = std::make_shared<std::filesystem::path>();
  command->add_option("DIR", *folder, "folder of the suite's results, such as results/quick")->required();
  command->callback([folder, &status] {
    launch::cancel_slurm(*folder);
    status = 0;
  });
}

}  // namespace tutti::cli
