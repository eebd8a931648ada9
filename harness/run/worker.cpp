#include "run/worker.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <new>
#include <optional>

#include "loader/registry.hpp"
#include "results/files.hpp"
#include "results/learning.hpp"
#include "results/lock.hpp"
#include "run/blas.hpp"
#include "run/budget.hpp"
#include "run/finite.hpp"
#include "run/guard.hpp"
#include "run/journal.hpp"
#include "run/preparation.hpp"
#include "run/provenance.hpp"
#include "run/training.hpp"

namespace tutti::run {
namespace {

constexpr std::chrono::seconds kRefreshTime{10};

std::int64_t number_from(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) throw Error(text + ": expected a number");
  return value;
}

/// What the plugins and their libraries print belongs to the run's log.
void send_output_to(const std::filesystem::path& log) {
  const results::Descriptor descriptor = results::open_to_write(log, O_WRONLY | O_CREAT | O_APPEND);
  // Opened without waiting; what writes to it may wait.
  ::fcntl(descriptor.get(), F_SETFL, ::fcntl(descriptor.get(), F_GETFL) & ~O_NONBLOCK);
  ::dup2(descriptor.get(), STDOUT_FILENO);
  ::dup2(descriptor.get(), STDERR_FILENO);
  spdlog::set_pattern("%Y-%m-%d %H:%M:%S %v");
  spdlog::flush_on(spdlog::level::info);
}

void limit_memory(std::int64_t bytes) {
  if (bytes <= 0) return;
  // Private memory only: replay buffers are files, and the system writes them back when it needs the room.
  const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  if (::setrlimit(RLIMIT_DATA, &limit) != 0) throw Error(fmt::format("cannot limit memory: {}", std::strerror(errno)));
}

/// Whether a sentence of another library says that there was no memory.
bool blames_memory(const char* sentence, bool is_limited) {
  // LibTorch has a type of its own for this, which the host does not know; the next is the system's sentence.
  if (std::strstr(sentence, "can't allocate memory") != nullptr) return true;
  if (std::strstr(sentence, std::strerror(ENOMEM)) != nullptr) return true;
  // The system's loader does not say why.
  return is_limited && std::strstr(sentence, "failed to map segment") != nullptr;
}

/// The kind and sentence of the exception being handled. `is_limited`: there is a limit of memory.
results::Failure failure_at_hand(bool is_limited) {
  try {
    throw;
  } catch (const results::FileError& error) {
    return {"disk", error.what(), {}};
  } catch (const std::filesystem::filesystem_error& error) {
    return {"disk", error.what(), {}};
  } catch (const NotFiniteError& error) {
    return {"not-finite", error.what(), {}};
  } catch (const std::bad_alloc&) {
    return {"memory", "out of memory", {}};
  } catch (const std::exception& error) {
    return {blames_memory(error.what(), is_limited) ? "memory" : "exception", error.what(), {}};
  } catch (...) {
    return {"exception", "an exception of unknown type", {}};
  }
}

/// The run on the device that the launcher has chosen for it.
suite::Run placed(suite::Run run, const std::string& device) {
  if (!device.empty()) run.run_values["device"].value = device;
  return run;
}

/// Makes workers the first victims of the out-of-memory killer, so that the host survives to report them.
void offer_to_the_kernel() { std::ofstream("/proc/self/oom_score_adj") << 500; }

class Worker {
 public:
  /// `log_start`: bytes of the log that earlier workers wrote.
  Worker(const WorkerOptions& options, std::uintmax_t log_start)
      : options_(options),
        log_start_(log_start),
        run_(placed(suite::read_config(options.folder / "config.toml"), options.device)),
        journal_(run_, options.folder, options.jobs) {}

  /// Returns the exit status.
  int execute() {
    try {
      train();
      return outcome_ == Outcome::kFinished ? finish() : interrupt();
    } catch (...) {
      end_if_copy();
      results::Failure failure = failure_at_hand(options_.memory_limit_bytes > 0);
      journal_.release_reserve();
      spdlog::error("failed ({}): {}", failure.kind, failure.message);
      failure.log = last_log_lines(options_.folder, log_start_);
      journal_.fail(failure, training_ ? &*training_ : nullptr);
      return kExitFailed;
    }
  }

 private:
  void train() {
    journal_.keep_reserve();
    limit_memory(options_.memory_limit_bytes);
    const mode_t mask = ::umask(0);
    ::umask(mask);
    check_provenance();
    ::umask(mask);  // a plugin that is opened may change who can read the results
    const ProgressPipe pipe(options_.progress_descriptor);
    training_.emplace(run_, registry_, options_.folder,
                      Hooks{.should_stop = stop_requested,
                            .progress =
                                [&](const Progress& progress) {
                                  check_stop_requests();
                                  pipe.tell(progress);
                                  refresh();
                                },
                            .log = [](const std::string& line) { spdlog::info(line); }});
    check_facts();
    journal_.describe(registry_, *training_);
    if (const std::string warning = warning_about(blas_in_use()); !warning.empty())
      spdlog::warn("warning: {}", warning);
    for (const std::string& warning : budget_warnings(run_)) spdlog::warn("warning: the run {}", warning);
    spdlog::info("{} from step {}", training_->first_step() == 0 ? "starts" : "resumes", training_->first_step());
    outcome_ = training_->execute();
  }

  // Numbers of one run come from one build and one arithmetic.
  void check_provenance() {
    const Provenance now = provenance_of(run_, registry_);
    if (!options_.build.empty() && build_digest(now.plugins) != options_.build) {
      throw Error("its plugins were built again after the suite was started; start the suite again");
    }
    if (!has_to_match()) return;
    refuse(differences(now, journal_.before(), true));
    refuse(journal_.changed_arithmetic());
  }

  // And from one task: a plugin may read what fixes them from a file, or from the environment's variables.
  void check_facts() const {
    if (has_to_match()) refuse(journal_.changed_facts(training_->environment_spec()));
  }

  /// Whether the run resumes and nobody said that anything may have changed.
  bool has_to_match() const { return !options_.keep && !CheckpointStore(options_.folder / "checkpoint").empty(); }

  static void refuse(const std::vector<std::string>& changes) {
    if (changes.empty()) return;
    throw Error(
        fmt::format("its checkpoint was made with something else: {}; put that back and --retry continues, --retry "
                    "--fresh starts it again, --retry --keep continues as it is",
                    fmt::join(changes, "; ")));
  }

  void refresh() {
    const auto now = std::chrono::steady_clock::now();
    if (now - refreshed_ < kRefreshTime) return;
    refreshed_ = now;
    journal_.refresh(*training_);
  }

  int finish() {
    journal_.finish(*training_);
    remove_working_files(options_.folder);
    const results::ProgressRecord progress = training_->progress();
    spdlog::info(
        "finished at step {}{}", progress.environment_steps,
        results::never_learned(progress, !run_.algorithm_values.empty()) ? " without an update: it never learned" : "");
    return kExitFinished;
  }

  int interrupt() {
    journal_.interrupt(*training_);
    spdlog::info("interrupted at step {}; a checkpoint is kept", training_->progress().environment_steps);
    return kExitInterrupted;
  }

  WorkerOptions options_;
  std::uintmax_t log_start_;
  suite::Run run_;
  Journal journal_;
  loader::Registry registry_{loader::search_path()};  // outlives what the plugins throw
  std::optional<Training> training_;
  Outcome outcome_ = Outcome::kInterrupted;
  std::chrono::steady_clock::time_point refreshed_ = std::chrono::steady_clock::now();
};

// Leaves without destructors: those of a plugin that has just failed are not to be trusted.
[[noreturn]] void work_under_lock(const WorkerOptions& options) {
  const std::optional<results::Lock> lock = results::Lock::try_lock(options.folder / kLockFile);
  if (!lock) leave(kExitNotStarted);
  const std::uintmax_t log_start = log_size(options.folder);
  send_output_to(options.folder / "log.txt");
  Worker worker(options, log_start);
  leave(worker.execute());
}

}  // namespace

std::vector<std::string> worker_arguments(const WorkerOptions& options) {
  return {"worker",
          options.folder.string(),
          std::to_string(options.progress_descriptor),
          std::to_string(options.jobs),
          std::to_string(options.parent),
          std::to_string(options.memory_limit_bytes),
          std::to_string(options.grace_seconds),
          options.build,
          options.keep ? "keep" : "",
          options.device};
}

WorkerOptions worker_options(std::span<const std::string> arguments) {
  if (arguments.size() != 10 || arguments[0] != "worker") throw Error("worker: started by the launcher only");
  // Absolute, since a plugin may go to another working directory.
  return {.folder = std::filesystem::absolute(arguments[1]),
          .progress_descriptor = static_cast<int>(number_from(arguments[2])),
          .jobs = number_from(arguments[3]),
          .parent = number_from(arguments[4]),
          .memory_limit_bytes = number_from(arguments[5]),
          .grace_seconds = number_from(arguments[6]),
          .build = arguments[7],
          .keep = arguments[8] == "keep",
          .device = arguments[9]};
}

void work(const WorkerOptions& options) {
  prepare_to_compute();
  trace_fatal_signals();
  take_stop_requests();
  const auto grace = static_cast<unsigned>(options.grace_seconds);
  if (options.parent != 0 && !follow(static_cast<pid_t>(options.parent), grace)) leave(kExitInterrupted);
  offer_to_the_kernel();
  refuse_exit();
  mark_copies();
  try {
    work_under_lock(options);
  } catch (const std::exception& error) {
    // Not by fmt, which throws when the log's disk is full.
    (void)std::fprintf(stderr, "%s\n", error.what());
    leave(kExitFailed);
  }
}

}  // namespace tutti::run
