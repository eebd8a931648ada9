#include "reports/data/import/import.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include "reports/data/import/imported_run.hpp"
#include "reports/data/import/sources.hpp"
#include "reports/data/import/step_grid.hpp"
#include "reports/data/import/task_labels.hpp"
#include "reports/data/names.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

// The first ten, a line each.
std::string listed(const std::vector<std::string>& reasons) {
  constexpr std::size_t kMost = 10;
  std::string text = reasons.empty() ? "" : ":";
  for (std::size_t i = 0; i < std::min(kMost, reasons.size()); ++i) text += "\n  " + reasons[i];
  if (reasons.size() > kMost) text += "\n  and " + std::to_string(reasons.size() - kMost) + " more";
  return text;
}

// BenchMARL takes the mean over the agents of a group, then that over its groups (benchmarl/experiment/logger.py);
// Mava that over all agents (mava/wrappers/episode_metrics.py).
bool writes_means(const ImportedRun& run) { return run.writer == "BenchMARL" || run.writer == "Mava"; }

ReturnUnit unit_of(const ImportedRun& run, const std::string& given) {
  if (writes_means(run)) return ReturnUnit::kMeanOverAgents;
  if (given.empty()) return ReturnUnit::kUnknown;
  return given == "sum" ? ReturnUnit::kTeam : ReturnUnit::kMeanOverAgents;
}

// All returns of a run in their order.
std::vector<double> all_returns(const Run& run) {
  std::vector<double> returns;
  for (const Evaluation& evaluation : run.evaluations)
    returns.insert(returns.end(), evaluation.returns.begin(), evaluation.returns.end());
  return returns;
}

constexpr std::size_t kShownValues = 3;

// "0.0001 (3 runs), 0.0005 (1 run)".
std::string values_text(const std::map<std::string, std::size_t>& runs_by_value) {
  std::string text;
  std::size_t shown = 0;
  for (const auto& [value, runs] : runs_by_value) {
    if (shown++ == kShownValues) return text + ", ...";
    text += (text.empty() ? "" : ", ") + value + " (" + std::to_string(runs) + (runs == 1 ? " run)" : " runs)");
  }
  return text;
}

bool is_of_task(const std::string& setting) { return setting.starts_with("env_args."); }

// The settings of the environment, or all others, in which the runs differ, with their values; empty if they agree.
std::string differing_settings(const std::vector<const Run*>& runs, bool of_task) {
  std::set<std::string> settings;
  for (const Run* run : runs) {
    for (const auto& [setting, value] : run->configuration) {
      if (is_of_task(setting) == of_task) settings.insert(setting);
    }
  }
  std::string text;
  std::size_t count = 0;
  for (const std::string& setting : settings) {
    std::map<std::string, std::size_t> values;
    for (const Run* run : runs) {
      const auto found = run->configuration.find(setting);
      ++values[found == run->configuration.end() ? "not set" : found->second];
    }
    if (values.size() < 2) continue;
    if (++count <= kShownValues) text += (text.empty() ? "" : "; ") + setting + ": " + values_text(values);
  }
  if (count > kShownValues) text += "; and in " + std::to_string(count - kShownValues) + " more settings";
  return text;
}

class Importer {
 public:
  Importer(std::span<const fs::path> paths, std::string unit, Dataset& data)
      : unit_(std::move(unit)),
        data_(data),
        given_(paths.begin(), paths.end()),
        sources_(sources_in(paths, data.notes)),
        tasks_(data) {}

  void run() {
    for (Source& source : sources_) read(source);
    settle_guesses();
    for (const Source& source : sources_) {
      for (const ImportedRun& run : source.content.runs) writers_[lower_case(run.algorithm)].insert(run.writer);
    }
    for (Source& source : sources_) add_runs(source);
    check_folders();
    add_file_notes();
    for (const std::string& text : align_steps(data_)) note(text);
    set_budgets();
    data_.sort_runs();
    warn_of_numbers();
    warn_of_copies();
    warn_of_configurations();
  }

 private:
  void read(Source& source) {
    if (source.given.size() > 1) note(source, "is given more than once; it counts once");
    try {
      source.content = read_source(source.file);
    } catch (const Error& error) {
      leave_out(source, error.what(), {});
      return;
    }
    if (!source.content.has_unit && unit_.empty()) {
      throw Error(source.shown +
                  ": this format does not say whether a return is the sum over the agents or their mean; give "
                  "--unit sum or --unit mean-over-agents");
    }
  }

  // Whose a run is where only its absolute entry says so: BenchMARL's unless another file has an absolute evaluation of
  // the same algorithm that is none of BenchMARL's.
  void settle_guesses() {
    std::set<std::string> others;
    for (const Source& source : sources_) {
      for (const ImportedRun& run : source.content.runs) {
        if (run.writer == "marl-eval" && run.absolute) others.insert(lower_case(run.algorithm));
      }
    }
    for (Source& source : sources_) {
      for (ImportedRun& run : source.content.runs) {
        if (!run.guessed) continue;
        if (others.contains(lower_case(run.algorithm))) {
          run.writer = "marl-eval";
          run.best_single_episode.reset();
        } else {
          run.absolute.reset();
        }
      }
    }
  }

  // A file that is named has to be usable; a folder may hold files of other kinds.
  void leave_out(Source& source, const std::string& problem, const std::vector<std::string>& reasons) {
    if (source.named) throw Error(source.shown + ": " + problem + listed(reasons));
    source.problem = problem + (reasons.empty() ? "" : "; " + reasons.front());
    if (reasons.size() > 1) source.problem += " (and " + std::to_string(reasons.size() - 1) + " more)";
    note(source, "is left out: " + source.problem);
    data_.damage.push_back({source.shown, "is left out: " + source.problem});
  }

  void check_folders() const {
    for (std::size_t i = 0; i < given_.size(); ++i) {
      if (!fs::is_directory(given_[i])) continue;
      std::vector<std::string> problems;
      bool used = false;
      for (const Source& source : sources_) {
        if (std::ranges::find(source.given, i) == source.given.end()) continue;
        used = used || source.used;
        problems.push_back(source.shown + ": " + source.problem);
      }
      if (!used) throw Error(given_[i].string() + ": holds no file that can be used" + listed(problems));
    }
  }

  void note(const std::string& text) {
    if (std::ranges::find(data_.notes, text) == data_.notes.end()) data_.notes.push_back(text);
  }

  void note(const Source& source, const std::string& text) {
    auto found = std::ranges::find(file_notes_, text, &FileNote::text);
    if (found == file_notes_.end()) found = file_notes_.insert(found, {text, {}});
    found->files.push_back(source.shown);
  }

  // What is said of many files is said once, before what is said of algorithms.
  void add_file_notes() {
    std::vector<std::string> notes;
    for (const auto& [text, files] : file_notes_) {
      const std::string more = files.size() > 1 ? " and " + std::to_string(files.size() - 1) + " more" : "";
      notes.push_back(files.front() + more + ": " + text);
    }
    data_.notes.insert(data_.notes.begin(), notes.begin(), notes.end());
  }

  void add_runs(Source& source) {
    if (!source.problem.empty()) return;
    std::vector<std::string> reasons = source.content.left_out;
    // Names that say a seed come first, so that the others can take what is left.
    std::ranges::stable_partition(source.content.runs, [](const ImportedRun& run) { return run.seed.has_value(); });
    for (ImportedRun& run : source.content.runs) {
      if (add(source, run, reasons)) source.used = true;
    }
    if (!source.used) {
      leave_out(source, "holds no run that can be used", reasons);
      return;
    }
    for (const std::string& reason : reasons) data_.damage.push_back({source.shown, reason});
    if (!reasons.empty()) {
      note(source, std::to_string(reasons.size()) + (reasons.size() == 1 ? " run is" : " runs are") +
                       " left out, which flatters an algorithm whose bad runs they are: " + reasons.front());
    }
    note(source, "imported; these numbers were not measured by this harness");
    for (const std::string& text : source.content.notes) note(source, text);
    const bool by_option = !std::ranges::all_of(source.content.runs, writes_means);
    if (by_option && !unit_.empty()) {
      note(source, std::string("returns are ") + (unit_ == "sum" ? "sums over the agents (--unit sum)"
                                                                 : "means over the agents (--unit mean-over-agents)"));
    }
  }

  bool add(const Source& source, ImportedRun& imported, std::vector<std::string>& reasons) {
    if (const std::string clash = tasks_.clash(imported); !clash.empty()) {
      reasons.push_back(clash + "; rename one of them; the run is left out");
      return false;
    }
    Run run;
    run.task = tasks_.task_of(imported, source.shown);
    const std::string label = label_of(imported);
    run.algorithm = data_.algorithm_index({.label = label, .name = imported.writer, .imported = true});
    run.name = source.shown + ": " + imported.environment + "/" + imported.task + "/" + imported.algorithm + "/" +
               imported.name;
    if (imported.seed && is_taken(run, *imported.seed, source.shown, false)) {
      reasons.push_back(run.name.substr(source.shown.size() + 2) + ": seed " + std::to_string(*imported.seed) + " of " +
                        label + " is there already, from another file; this run is left out");
      return false;
    }
    run.seed = free_seed(run, imported.seed);
    if (run.seed != imported.seed) numbered_.push_back(run.name + " is seed " + std::to_string(run.seed));
    run.state = RunState::kFinished;
    run.imported = true;
    run.unit = unit_of(imported, unit_);
    run.evaluations = std::move(imported.evaluations);
    run.absolute = std::move(imported.absolute);
    run.best_single_episode = imported.best_single_episode;
    run.configuration = std::move(imported.configuration);
    if (run.best_single_episode) {
      note(label +
           ": BenchMARL's absolute_metrics is the largest single episode seen; it is kept as \"best single "
           "episode\" and is no absolute evaluation");
    }
    if (writes_means(imported)) {
      note(label + ": returns of " + imported.writer + " are means over agents" +
           (imported.guessed ? "; nothing but its absolute entry, the largest single episode, shows that BenchMARL "
                               "wrote this file"
                             : ""));
    }
    files_[{run.task, run.algorithm, run.seed}] = source.shown;
    data_.runs.push_back(std::move(run));
    return true;
  }

  // Whether a run of that seed is there; of the same file none counts unless `same_file`.
  bool is_taken(const Run& run, std::int64_t seed, const std::string& file, bool same_file) const {
    const bool known = std::ranges::any_of(data_.runs, [&](const Run& other) {
      return other.task == run.task && other.algorithm == run.algorithm && other.seed == seed;
    });
    const auto found = files_.find({run.task, run.algorithm, seed});
    return known && (same_file || found == files_.end() || found->second != file);
  }

  // The seed that the name says; where it says none or one that is taken, the smallest that is free.
  std::int64_t free_seed(const Run& run, std::optional<std::int64_t> said) const {
    if (said && !is_taken(run, *said, "", true)) return *said;
    std::int64_t seed = 0;
    while (is_taken(run, seed, "", true)) ++seed;
    return seed;
  }

  // Where no plan says one: the most frequent last step, of two equally frequent ones the later.
  void set_budgets() {
    std::map<std::size_t, std::map<std::int64_t, int>> ends;  // how many runs end there, by task
    for (const Run& run : data_.runs) {
      if (run.imported && !run.evaluations.empty()) ++ends[run.task][run.evaluations.back().step];
    }
    for (const auto& [task, counts] : ends) {
      const auto most =
          std::ranges::max_element(counts, std::ranges::less_equal(), [](const auto& e) { return e.second; });
      if (!data_.tasks[task].protocol.is_known()) data_.tasks[task].imported_budget = most->first;
    }
  }

  // Runs of one algorithm may come from several files, but not from several harnesses, and never join our own.
  std::string label_of(const ImportedRun& run) const {
    const auto taken = [&](bool imported) {
      return std::ranges::any_of(data_.algorithms, [&](const AlgorithmInfo& other) {
        const bool same = lower_case(other.label) == lower_case(run.algorithm) ||
                          lower_case(other.shown()) == lower_case(run.algorithm);
        return same && other.imported == imported && (!imported || other.name != run.writer);
      });
    };
    const bool several = writers_.at(lower_case(run.algorithm)).size() > 1;
    if (several || taken(true)) return run.algorithm + " (" + run.writer + ")";
    return taken(false) ? run.algorithm + " (imported)" : run.algorithm;
  }

  void warn_of_numbers() {
    if (numbered_.empty()) return;
    std::string text;
    for (std::size_t i = 0; i < std::min(kShownValues, numbered_.size()); ++i)
      text += (i > 0 ? "; " : "") + numbered_[i];
    if (numbered_.size() > kShownValues) text += "; and " + std::to_string(numbered_.size() - kShownValues) + " more";
    note("Runs whose names say no seed, or that of another run, are numbered: " + text);
  }

  // Names that stay the same hide what was changed between runs.
  void warn_of_configurations() {
    std::map<std::size_t, std::vector<const Run*>> tasks;
    std::map<std::pair<std::size_t, std::size_t>, std::vector<const Run*>> cells;  // by task and algorithm
    for (const Run& run : data_.runs) {
      if (!run.imported || run.configuration.empty()) continue;
      tasks[run.task].push_back(&run);
      cells[{run.task, run.algorithm}].push_back(&run);
    }
    std::vector<std::string> notes;
    for (const auto& [task, runs] : tasks) {
      const std::string settings = differing_settings(runs, true);
      if (settings.empty()) continue;
      notes.push_back(data_.tasks[task].label + ": runs differ in " + settings +
                      "; they count as one task, so check that they are");
    }
    for (const auto& [cell, runs] : cells) {
      const std::string settings = differing_settings(runs, false);
      if (settings.empty()) continue;
      notes.push_back(data_.tasks[cell.first].label + ": runs of " + data_.algorithms[cell.second].label +
                      " differ in " + settings + "; they count as one algorithm, so check that they are");
    }
    data_.notes.insert(data_.notes.begin(), notes.begin(), notes.end());
  }

  // A copied file makes one run count as several.
  void warn_of_copies() {
    std::map<std::tuple<std::size_t, std::size_t, std::vector<double>>, std::vector<const Run*>> alike;
    for (const Run& run : data_.runs) {
      const std::vector<double> returns = run.imported ? all_returns(run) : std::vector<double>();
      const bool vary = std::ranges::adjacent_find(returns, std::not_equal_to<>()) != returns.end();
      if (vary) alike[{run.task, run.algorithm, returns}].push_back(&run);
    }
    for (const auto& [key, runs] : alike) {
      if (runs.size() < 2) continue;
      std::string names;
      for (const Run* run : runs) names += (names.empty() ? "" : ", ") + seed_and_file(*run);
      note(data_.tasks[runs[0]->task].label + ", " + data_.algorithms[runs[0]->algorithm].label +
           ": these runs have the same returns and count as " + std::to_string(runs.size()) +
           " independent runs, so check that none is a copy: " + names);
    }
  }

  std::string seed_and_file(const Run& run) const {
    const auto file = files_.find({run.task, run.algorithm, run.seed});
    return "seed " + std::to_string(run.seed) + (file == files_.end() ? "" : " of " + file->second);
  }

  using RunKey = std::tuple<std::size_t, std::size_t, std::int64_t>;

  std::string unit_;
  Dataset& data_;
  std::vector<fs::path> given_;
  std::vector<Source> sources_;
  TaskLabels tasks_;
  std::map<std::string, std::set<std::string>> writers_;  // by algorithm in lower case
  std::map<RunKey, std::string> files_;                   // which file a run is from

  struct FileNote {
    std::string text;
    std::vector<std::string> files;
  };
  std::vector<FileNote> file_notes_;
  std::vector<std::string> numbered_;  // runs that have another seed than their name says
};

}  // namespace

void import_results(std::span<const fs::path> paths, const std::string& unit, Dataset& data) {
  Importer(paths, unit, data).run();
}

}  // namespace tutti::reports
