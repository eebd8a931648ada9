// Runs that stopped half way and whose folders were damaged since: the suite that is started again takes such a run,
// falls back, or refuses in words. A run that finishes has the bytes of one that was left alone.
//
//   fuzz_resumes COUNT SEED [replay]    replay: with an algorithm that keeps a replay buffer in a file, if it is built
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "digest/digest.hpp"
#include "fuzz/fuzz.hpp"
#include "harness/run/fixture_plan.hpp"
#include "launch/local.hpp"
#include "results/files.hpp"
#include "run/checkpoint.hpp"
#include "run/journal.hpp"
#include "run/preparation.hpp"
#include "run/training.hpp"
#include "run/worker.hpp"

namespace {

namespace fs = std::filesystem;
using namespace tutti;

struct Subject {
  const char* plugins;  // folder below the build folder
  const char* suite;
};

const Subject kLine{"fixtures/sound", R"(
name = "damaged"
seeds = [1, 2]
[run]
environment_steps = 300
copies = 3
training_interval = 30
checkpoint_interval = 30
stall_timeout = 60
[evaluation]
interval = 60
episodes = 3
[[task]]
name = "line/long"
[[algorithm]]
name = "learner"
)"};
const Subject kReplay{"plugins", R"(
name = "damaged"
seeds = [1, 2]
[run]
environment_steps = 300
copies = 2
training_interval = 50
checkpoint_interval = 40
stall_timeout = 60
[evaluation]
interval = 150
episodes = 1
[[task]]
name = "mpe/coop-nav-n3"
[[algorithm]]
name = "hatd3"
warm_up_steps = 60
batch_size = 16
buffer_size = 150
hidden = [16, 16]
)"};

const std::string kOutside = "what somebody keeps elsewhere\n";
const std::vector<std::string> kWords = {"null",
                                         "{}",
                                         "[]",
                                         ",",
                                         "\n",
                                         "-1",
                                         "9223372036854775808",
                                         "nan",
                                         "inf",
                                         "\"\"",
                                         "1e999",
                                         "\"../x\"",
                                         "finished",
                                         "\\u001b[2J",
                                         "\xff",
                                         "0,0,0,0\n",
                                         "step-300",
                                         "[[[[[[[[",
                                         std::string(1, '\0'),
                                         "running",
                                         "failed"};

[[noreturn]] void give_up(const std::string& why, const std::string& damage) {
  std::fprintf(stderr, "seed %llu: %s\n  after: %s\n", static_cast<unsigned long long>(fuzz::current_seed), why.c_str(),
               damage.c_str());
  std::abort();
}

/// What the program prints meanwhile goes into `file`.
class Quiet {
 public:
  explicit Quiet(const fs::path& file) {
    (void)std::fflush(nullptr);
    const int to = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (int stream : {1, 2}) {
      kept_[stream - 1] = ::fcntl(stream, F_DUPFD_CLOEXEC, 3);
      ::dup2(to, stream);
    }
    ::close(to);
  }
  ~Quiet() {
    (void)std::fflush(nullptr);
    for (int stream : {1, 2}) {
      ::dup2(kept_[stream - 1], stream);
      ::close(kept_[stream - 1]);
    }
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  int kept_[2];
};

void copy_folder(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

/// training.csv without its three time columns, which come last.
std::string without_times(const std::string& table) {
  std::string text;
  for (std::size_t start = 0; start < table.size();) {
    const std::size_t end = std::min(table.find('\n', start), table.size());
    std::string line = table.substr(start, end - start);
    for (int column = 0; column < 3 && line.find(',') != std::string::npos; ++column) line.erase(line.rfind(','));
    text += line + '\n';
    start = end + 1;
  }
  return text;
}

/// How somebody may have damaged a folder.
class Damage {
 public:
  /// Files come from `older`, the same run at an earlier time, and from `other`, another run. `outside` is what links
  /// lead to.
  Damage(fs::path folder, fs::path older, fs::path other, fs::path outside, fuzz::Random& random)
      : folder_(std::move(folder)),
        older_(std::move(older)),
        other_(std::move(other)),
        outside_(std::move(outside)),
        random_(random) {}

  /// Whether the seals were made to fit again: then the numbers may well be others.
  bool forged() const { return forged_; }
  const std::string& text() const { return text_; }

  void strike() {
    const std::vector<fs::path> files = files_below(folder_);
    if (files.empty()) return;
    const std::size_t kind = fuzz::below(random_, 10);
    fs::path file = files[fuzz::below(random_, files.size())];
    // What is written aside, where a trap may lie as well.
    if (kind == 1 && fuzz::below(random_, 4) == 0) file += ".new";
    text_ += std::to_string(kind) + " of " + file.string() + "; ";
    switch (kind) {
      case 0:
        fs::remove(file);
        return;
      case 1:
        return replace(file);
      case 2:  // an older file of the same name
        return take(file, older_ / fs::relative(file, folder_));
      case 3:  // another run's
        return take(file, other_ / fs::relative(file, folder_));
      case 4: {  // two files exchanged
        const fs::path other = files[fuzz::below(random_, files.size())];
        const std::string content = results::read_file(file);
        const std::string others = results::read_file(other);
        write(file, others);
        return write(other, content);
      }
      case 5:
        return seal_again(file);
      case 6:
        return damage_rows(file);
      default:
        write(file, fuzz::damaged(results::read_file(file), kWords, random_));
    }
  }

 private:
  static std::vector<fs::path> files_below(const fs::path& folder) {
    std::vector<fs::path> files;
    if (fs::is_symlink(folder)) return files;  // by an earlier strike
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.symlink_status().type() == fs::file_type::regular) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
  }

  static void write(const fs::path& file, const std::string& content) {
    results::write_file(file, content, results::Durability::kProcess);
  }

  void take(const fs::path& file, const fs::path& from) {
    if (fs::is_regular_file(from)) write(file, results::read_file(from));
  }

  /// With something that is no file of its own.
  void replace(const fs::path& file) {
    fs::remove(file);
    switch (fuzz::below(random_, 8)) {
      case 0:
        return (void)::mkfifo(file.c_str(), 0600);
      case 1:
        return (void)fs::create_directory(file);
      case 2:
        return fs::create_symlink("/dev/zero", file);
      case 3:
        return fs::create_symlink(file.filename(), file);  // to itself
      case 4:
        return fs::create_symlink(outside_ / "file", file);
      case 5:
        return fs::create_hard_link(outside_ / "file", file);
      case 6: {  // the folder it lies in
        const fs::path folder = file.parent_path();
        if (folder.filename() == "damaged") return;  // the user names it, and it may be a link
        fs::remove_all(folder);
        return fs::create_directory_symlink(outside_, folder);
      }
      default:
        return fs::create_symlink("nowhere", file);
    }
  }

  void seal_again(const fs::path& file) {
    try {
      const std::vector<std::byte> content = run::read_sealed(file);
      const std::string bytes(reinterpret_cast<const char*>(content.data()), content.size());
      const std::string damaged = fuzz::damaged(bytes, kWords, random_);
      run::write_sealed(file, {reinterpret_cast<const std::byte*>(damaged.data()), damaged.size()});
      forged_ = true;
    } catch (const Error&) {
      // Carries no seal.
    }
  }

  /// Two lines exchanged, one doubled or removed, or a digit changed.
  void damage_rows(const fs::path& file) {
    const std::string text = results::read_file(file);
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size() - 1);
      lines.push_back(text.substr(start, end + 1 - start));
      start = end + 1;
    }
    if (lines.size() < 2) return;
    std::string& line = lines[fuzz::below(random_, lines.size())];
    switch (fuzz::below(random_, 4)) {
      case 0:
        std::swap(line, lines[fuzz::below(random_, lines.size())]);
        break;
      case 1:
        line += line;
        break;
      case 2:
        line.clear();
        break;
      default:
        if (const std::size_t digit = line.find_first_of("0123456789", fuzz::below(random_, line.size()));
            digit != std::string::npos) {
          line[digit] = static_cast<char>('0' + fuzz::below(random_, 10));
        }
    }
    std::string changed;
    for (const std::string& one : lines) changed += one;
    write(file, changed);
  }

  fs::path folder_;
  fs::path older_;
  fs::path other_;
  fs::path outside_;
  fuzz::Random& random_;
  bool forged_ = false;
  std::string text_;
};

class Resumes {
 public:
  explicit Resumes(const Subject& subject) : registry_({fs::path(TUTTI_BINARY_DIR) / subject.plugins}) {
    ::setenv("TUTTI_PLUGIN_PATH", (fs::path(TUTTI_BINARY_DIR) / subject.plugins).c_str(), 1);
    plan_ = testing_support::plan_from(subject.suite, registry_);
    fs::create_directory(outside());
    write_outside();
    start(folder_.path() / "whole");
    // The other run has finished in all of them.
    for (const char* name : {"older", "stopped"}) copy_folder(folder_.path() / "whole", folder_.path() / name);
    stop_after(folder_.path() / "older", 100);
    copy_folder(folder_.path() / "older", folder_.path() / "stopped");
    stop_after(folder_.path() / "stopped", 60);
  }

  /// Whether the run finished.
  bool round(fuzz::Random& random) {
    copy_folder(folder_.path() / "stopped", scratch());
    const fs::path other = folder_.path() / "whole/damaged" / plan_.runs[1].folder();
    // Mostly the run, sometimes what lies above it.
    const bool above = fuzz::below(random, 4) == 0;
    Damage damage(above ? scratch() / "damaged" : run_in(scratch()),
                  above ? folder_.path() / "older/damaged" : run_in(folder_.path() / "older"), other, outside(),
                  random);
    for (std::size_t strikes = 1 + fuzz::below(random, 1 + fuzz::below(random, 3)); strikes > 0; --strikes) {
      damage.strike();
    }
    try {
      start(scratch());
    } catch (const Error&) {
      check_outside(damage);
      throw;
    }
    check_outside(damage);
    return judge(damage);
  }

 private:
  fs::path scratch() const { return folder_.path() / "scratch"; }
  fs::path outside() const { return folder_.path() / "outside"; }

  void write_outside() const { results::write_file(outside() / "file", kOutside, results::Durability::kProcess); }

  /// Nothing that a link leads to may be written, removed or added to.
  void check_outside(const Damage& damage) const {
    const auto files = std::distance(fs::directory_iterator(outside()), fs::directory_iterator());
    if (files == 1 && results::read_file(outside() / "file") == kOutside) return;
    give_up("a file outside was changed", damage.text());
  }

  fs::path run_in(const fs::path& results) const { return results / "damaged" / plan_.runs[0].folder(); }

  /// Throws what the user would read.
  void start(const fs::path& results) {
    const Quiet quiet(folder_.path() / "output");
    launch::LocalOptions options;
    options.results = results;
    options.jobs = 2;
    (void)launch::run_suite(plan_, registry_, options);
  }

  /// Starts the first run of `results` again, or anew if it has finished, and stops it after `steps` more steps.
  void stop_after(const fs::path& results, std::int64_t steps) {
    const fs::path folder = run_in(results);
    const suite::Run& run = plan_.runs[0];
    if (results::read_run_record(folder).value().status == results::RunState::kFinished) {
      fs::remove_all(folder);
      launch::prepare_run(run, folder, false);
    }
    run::Journal journal(run, folder, 2);
    std::int64_t sweeps = steps / run.run_settings().copies;
    run::Training training(run, registry_, folder,
                           {.should_stop = [&] { return --sweeps <= 0; },
                            .progress = [](const run::Progress&) {},
                            .log = [](const std::string&) {}});
    journal.describe(registry_, training);
    (void)training.execute();
    journal.interrupt(training);
  }

  bool judge(const Damage& damage) const {
    const fs::path folder = run_in(scratch());
    const launch::RunView view = launch::view_run(folder);
    if (view.state == launch::RunState::kFailed) {
      const results::Failure failure = view.record.value().failure.value_or(results::Failure{});
      const bool by_accident = failure.kind == "signal" || failure.kind == "stalled" || failure.kind == "killed" ||
                               failure.message.empty() ||
                               failure.message.find("ended the process") != std::string::npos;
      if (by_accident)
        give_up("the run failed without a sentence: " + failure.kind + " " + failure.message, damage.text());
      throw Error(failure.message);
    }
    if (view.state != launch::RunState::kFinished) return false;  // left alone
    if (!damage.forged() && !is_whole(folder) && !is_known_as_damaged(folder, *view.record)) {
      give_up("the run finished with other numbers", damage.text());
    }
    return true;
  }

  bool is_whole(const fs::path& folder) const {
    const fs::path whole = run_in(folder_.path() / "whole");
    const auto same = [&](const char* name, auto change) {
      if (!fs::exists(whole / name)) return true;
      if (!fs::is_regular_file(folder / name)) return false;
      return change(results::read_file(whole / name)) == change(results::read_file(folder / name));
    };
    const auto as_it_is = [](const std::string& text) { return text; };
    return same("evaluations.csv", as_it_is) && same("absolute.csv", as_it_is) && same("coverage.csv", as_it_is) &&
           same("training.csv", without_times);
  }

  /// Reports leave out what does not have the digests of its record.
  static bool is_known_as_damaged(const fs::path& folder, const results::RunRecord& record) {
    if (record.table_digests.empty()) return true;
    return std::ranges::any_of(record.table_digests, [&](const auto& entry) {
      if (entry.first.find('/') != std::string::npos) return false;  // decides no number
      return !fs::is_regular_file(folder / entry.first) || sha256_of_file(folder / entry.first) != entry.second;
    });
  }

  loader::Registry registry_;
  suite::Plan plan_;
  testing_support::TemporaryFolder folder_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "worker") {
    run::work(run::worker_options(std::vector<std::string>(argv + 1, argv + argc)));
  }
  const bool replay = argc > 3 && std::string_view(argv[3]) == "replay";
  if (replay && !fs::exists(TUTTI_BINARY_DIR "/plugins/hatd3.so")) {
    std::puts("hatd3 is not built");
    return 0;
  }
  run::prepare_to_compute();  // as workers do: one run begins in this process
  Resumes resumes(replay ? kReplay : kLine);
  return fuzz::run(argc, argv, [&](fuzz::Random& random) { return resumes.round(random); });
}
