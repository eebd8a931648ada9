#include "reports/data/import/import.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "reports/data/csv.hpp"
#include "reports/data/import/imported_run.hpp"
#include "reports/data/names.hpp"
#include "results/files.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

ImportedFile read_csv_file(const fs::path& file, const std::string& text) {
  const auto rows = csv_rows(text);
  if (!rows.empty() && is_tidy_csv(rows[0])) return read_tidy_csv(rows);
  if (!rows.empty() && is_seed_csv(rows[0])) return read_seed_csv(file, rows);
  throw Error("its header is none that is known: exp_name,env_name,seed,metric,env_step,value or step,avg_return");
}

ImportedFile read_any(const fs::path& file) {
  const std::string text = results::read_file(file);
  if (lower_case(file.extension().string()) == ".csv") return read_csv_file(file, text);
  const nlohmann::json root = parse_python_json(text);
  if (is_return_json(root)) return read_return_json(file, root);
  if (is_sacred(file, root)) return read_sacred(file, root);
  return read_marl_eval(root);
}

bool is_readable_kind(const fs::path& file) {
  const std::string ending = lower_case(file.extension().string());
  // Sacred's other files are read with info.json.
  static const std::set<std::string> kBeside = {"config.json", "run.json", "metrics.json"};
  const bool sacred = fs::exists(file.parent_path() / "info.json") && kBeside.contains(file.filename().string());
  return (ending == ".json" || ending == ".csv") && !sacred;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && is_readable_kind(entry.path())) files.push_back(entry.path());
  }
  if (files.empty()) throw Error(folder.string() + ": holds no .json or .csv file");
  std::ranges::sort(files);
  return files;
}

struct Source {
  fs::path file;
  fs::path identity;                    // where the file itself lies, whatever link or path leads to it
  std::string shown;                    // as messages and the page name it; no two have the same
  bool named = false;                   // by itself, not by its folder
  std::vector<std::size_t> given = {};  // places among the given paths, one for each time
  ImportedFile content = {};
  bool used = false;
  std::string problem = {};  // why it is not used
};

fs::path identity_of(const fs::path& file) {
  std::error_code error;
  const fs::path identity = fs::weakly_canonical(file, error);
  return error ? fs::absolute(file).lexically_normal() : identity;
}

std::string last_parts(const fs::path& path, std::size_t count) {
  const std::vector<fs::path> parts(path.begin(), path.end());
  fs::path last;
  for (std::size_t i = parts.size() - std::min(count, parts.size()); i < parts.size(); ++i) last /= parts[i];
  return last.string();
}

// Shows more of the path of files that would be shown alike.
void tell_apart(std::vector<Source>& sources) {
  for (std::size_t parts = 2;; ++parts) {
    std::map<std::string, std::size_t> uses;
    for (const Source& source : sources) ++uses[source.shown];
    if (uses.size() == sources.size()) return;
    for (Source& source : sources) {
      if (uses.at(source.shown) > 1) source.shown = last_parts(source.identity, parts);
    }
  }
}

// The first ten, a line each.
std::string listed(const std::vector<std::string>& reasons) {
  constexpr std::size_t kMost = 10;
  std::string text = reasons.empty() ? "" : ":";
  for (std::size_t i = 0; i < std::min(kMost, reasons.size()); ++i) text += "\n  " + reasons[i];
  if (reasons.size() > kMost) text += "\n  and " + std::to_string(reasons.size() - kMost) + " more";
  return text;
}

std::string label_of_task(const ImportedRun& run) {
  return run.environment == run.task ? run.task : run.environment + "/" + run.task;
}

// All returns of a run in their order.
std::vector<double> all_returns(const Run& run) {
  std::vector<double> returns;
  for (const Evaluation& evaluation : run.evaluations)
    returns.insert(returns.end(), evaluation.returns.begin(), evaluation.returns.end());
  return returns;
}

class Importer {
 public:
  Importer(std::string unit, Dataset& data) : unit_(std::move(unit)), data_(data) {
    for (const Run& run : data.runs) {
      if (!run.imported) own_tasks_.insert(run.task);
    }
  }

  void give(const fs::path& path) {
    given_.push_back(path);
    if (!fs::is_directory(path)) {
      add_source({.file = path, .identity = identity_of(path), .shown = path.filename().string(), .named = true});
      return;
    }
    const fs::path folder = path.has_filename() ? path : path.parent_path();
    for (const fs::path& file : files_in(folder)) {
      const fs::path shown = folder.filename() / file.lexically_relative(folder);
      add_source({.file = file, .identity = identity_of(file), .shown = shown.string()});
    }
  }

  void finish() {
    tell_apart(sources_);
    for (Source& source : sources_) read(source);
    for (const Source& source : sources_) {
      for (const ImportedRun& run : source.content.runs) writers_[lower_case(run.algorithm)].insert(run.writer);
    }
    for (Source& source : sources_) add_runs(source);
    check_folders();
    add_file_notes();
    align_steps();
    data_.sort_runs();
    warn_of_copies();
  }

 private:
  // A file that is given again counts once.
  void add_source(Source source) {
    const auto [found, is_new] = indices_.emplace(source.identity, sources_.size());
    const bool named = source.named;
    if (is_new) sources_.push_back(std::move(source));
    Source& known = sources_[found->second];
    known.named = known.named || named;
    known.given.push_back(given_.size() - 1);
  }

  void read(Source& source) {
    if (source.given.size() > 1) note(source, "is given more than once; it counts once");
    try {
      source.content = read_any(source.file);
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
    note(source, "imported; these numbers were not measured by this harness");
    for (const std::string& text : source.content.notes) note(source, text);
    if (!source.content.has_unit) {
      note(source, std::string("returns are ") + (unit_ == "sum" ? "sums over the agents (--unit sum)"
                                                                 : "means over the agents (--unit mean-over-agents)"));
    }
  }

  bool add(const Source& source, ImportedRun& imported, std::vector<std::string>& reasons) {
    if (const std::string clash = clash_of_labels(imported); !clash.empty()) {
      reasons.push_back(clash + "; rename one of them; the run is left out");
      return false;
    }
    Run run;
    run.task = task_of(imported, source.shown);
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
    run.state = RunState::kFinished;
    run.imported = true;
    run.evaluations = std::move(imported.evaluations);
    run.absolute = std::move(imported.absolute);
    run.best_single_episode = imported.best_single_episode;
    if (run.best_single_episode) {
      note(label +
           ": BenchMARL's absolute_metrics is the largest single episode seen; it is kept as \"best single "
           "episode\" and is no absolute evaluation");
    }
    if (imported.writer == "BenchMARL") note(label + ": returns of BenchMARL are means over agents and their groups");
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

  // "a/b" with task "c" and "a" with task "b/c" would be one task.
  std::string clash_of_labels(const ImportedRun& run) {
    const std::string label = label_of_task(run);
    const std::pair parts(run.environment, run.task);
    const auto [known, is_new] = label_parts_.emplace(lower_case(label), parts);
    const auto& [environment, task] = known->second;
    if (is_new || lower_case(environment) == lower_case(run.environment)) return "";
    return run.algorithm + ", " + run.name + ": the environment \"" + run.environment + "\" with the task \"" +
           run.task + "\" has the label " + label + ", as the environment \"" + environment + "\" with the task \"" +
           task + "\" has";
  }

  // Ours, or one of an earlier file, may be spelt in another case; within a file each spelling is a task.
  std::size_t task_of(const ImportedRun& run, const std::string& file) {
    const std::string label = label_of_task(run);
    const auto known = spellings_.find({file, label});
    if (known != spellings_.end()) return known->second;
    std::size_t task = first_task([&](std::size_t m) { return data_.tasks[m].label == label; });
    if (task == data_.tasks.size()) {
      task = first_task([&](std::size_t m) {
        const std::string other = lower_case(data_.tasks[m].label);
        const bool same = other == lower_case(label) || (own_tasks_.contains(m) && other == lower_case(run.task));
        return same && !is_task_of(m, file);
      });
    }
    if (task == data_.tasks.size() && run.environment == run.task) task = own_task_of_any_family(run.task, file);
    if (task == data_.tasks.size()) task = data_.task_index(label, run.environment == run.task ? "" : run.environment);
    spellings_[{file, label}] = task;
    return task;
  }

  // Index of the first task that matches; the number of tasks if none does.
  template <class Matches>
  std::size_t first_task(const Matches& matches) const {
    std::size_t m = 0;
    while (m < data_.tasks.size() && !matches(m)) ++m;
    return m;
  }

  bool is_task_of(std::size_t task, const std::string& file) const {
    return std::ranges::any_of(
        spellings_, [&](const auto& spelling) { return spelling.first.first == file && spelling.second == task; });
  }

  // A format without environments says "coop-nav-n3": ours is "mpe/coop-nav-n3", if no other ends so.
  std::size_t own_task_of_any_family(const std::string& name, const std::string& file) const {
    std::vector<std::size_t> found;
    for (const std::size_t m : own_tasks_) {
      const std::string& label = data_.tasks[m].label;
      const std::size_t slash = label.find('/');
      if (slash != std::string::npos && lower_case(label.substr(slash + 1)) == lower_case(name)) found.push_back(m);
    }
    return found.size() == 1 && !is_task_of(found[0], file) ? found[0] : data_.tasks.size();
  }

  // Runs of one algorithm may come from several files, but not from several harnesses, and never join our own.
  std::string label_of(const ImportedRun& run) const {
    const auto taken = [&](bool imported) {
      return std::ranges::any_of(data_.algorithms, [&](const AlgorithmInfo& other) {
        return lower_case(other.label) == lower_case(run.algorithm) && other.imported == imported &&
               (!imported || other.name != run.writer);
      });
    };
    const bool several = writers_.at(lower_case(run.algorithm)).size() > 1;
    if (several || taken(true)) return run.algorithm + " (" + run.writer + ")";
    return taken(false) ? run.algorithm + " (imported)" : run.algorithm;
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

  // Copies that step together end an interval a few steps late, each harness in its own way: within a quarter of an
  // interval of the grid of the task, evaluations count at the grid's step.
  void align_steps() {
    for (std::size_t task = 0; task < data_.tasks.size(); ++task) {
      const Run* model = nullptr;
      for (const Run& run : data_.runs) {
        if (run.task != task || run.evaluations.empty()) continue;
        const auto rank = [](const Run& r) { return std::pair(!r.imported, r.evaluations.size()); };
        if (model == nullptr || rank(run) > rank(*model)) model = &run;
      }
      if (model == nullptr) continue;
      std::vector<std::int64_t> grid;
      for (const Evaluation& evaluation : model->evaluations) grid.push_back(evaluation.step);
      std::int64_t largest = 0;
      for (Run& run : data_.runs) {
        if (run.task == task && run.imported) largest = std::max(largest, align(run, grid));
      }
      if (largest > 0) {
        note(data_.tasks[task].label + ": imported evaluations up to " + std::to_string(largest) +
             " steps beside the others count at the others' step");
      }
    }
  }

  // Returns the largest shift; moves all evaluations of the run or none.
  static std::int64_t align(Run& run, const std::vector<std::int64_t>& grid) {
    std::vector<std::int64_t> steps;
    std::int64_t largest = 0;
    for (const Evaluation& evaluation : run.evaluations) {
      const auto after = std::ranges::lower_bound(grid, evaluation.step);
      std::int64_t nearest = after == grid.end() ? grid.back() : *after;
      if (after != grid.begin() && evaluation.step - *(after - 1) < std::abs(nearest - evaluation.step))
        nearest = *(after - 1);
      const auto at = std::ranges::find(grid, nearest);
      const std::int64_t before = at == grid.begin() ? 0 : *(at - 1);
      const std::int64_t interval = at + 1 == grid.end() ? nearest - before : *(at + 1) - nearest;
      const std::int64_t shift = std::abs(nearest - evaluation.step);
      steps.push_back(4 * shift < interval ? nearest : evaluation.step);
      if (steps.back() == nearest) largest = std::max(largest, shift);
    }
    if (std::ranges::adjacent_find(steps, std::greater_equal<>()) != steps.end()) return 0;
    for (std::size_t k = 0; k < steps.size(); ++k) run.evaluations[k].step = steps[k];
    return largest;
  }

  using RunKey = std::tuple<std::size_t, std::size_t, std::int64_t>;

  std::string unit_;
  Dataset& data_;
  std::vector<fs::path> given_;
  std::vector<Source> sources_;
  std::map<fs::path, std::size_t> indices_;                                 // of sources, by identity
  std::map<std::string, std::set<std::string>> writers_;                    // by algorithm in lower case
  std::map<RunKey, std::string> files_;                                     // which file a run is from
  std::map<std::pair<std::string, std::string>, std::size_t> spellings_;    // task of a label in a file
  std::map<std::string, std::pair<std::string, std::string>> label_parts_;  // environment and task, by label
  std::set<std::size_t> own_tasks_;

  struct FileNote {
    std::string text;
    std::vector<std::string> files;
  };
  std::vector<FileNote> file_notes_;
};

}  // namespace

void import_results(std::span<const fs::path> paths, const std::string& unit, Dataset& data) {
  Importer importer(unit, data);
  for (const fs::path& path : paths) importer.give(path);
  importer.finish();
}

}  // namespace tutti::reports
