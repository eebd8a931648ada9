// NumPy arrays for rliable 1.2: numpy.load is all that it takes to read them.
#include <algorithm>
#include <set>

#include "reports/export/export.hpp"
#include "reports/export/names.hpp"
#include "reports/export/npy.hpp"
#include "reports/scores/scores.hpp"
#include "results/files.hpp"

namespace tutti::reports {
namespace {

void write(const std::filesystem::path& file, const std::string& content) {
  results::write_file(file, content, results::Durability::kProcess);
}

template <class Items>
std::string lines(const Items& items) {
  std::string text;
  for (const auto& item : items) text += item + "\n";
  return text;
}

std::vector<std::string> texts(const std::vector<std::int64_t>& numbers) {
  std::vector<std::string> result;
  for (const std::int64_t number : numbers) result.push_back(std::to_string(number));
  return result;
}

std::vector<double> by_run(const Strata& strata) {
  std::vector<double> values;
  for (std::size_t run = 0; run < strata[0].size(); ++run) {
    for (const auto& task : strata) values.push_back(task[run]);
  }
  return values;
}

class RliableExport {
 public:
  RliableExport(const Analysis& analysis, const ReportOptions& options, std::filesystem::path folder)
      : analysis_(analysis), folder_(std::move(folder)), table_(usable_runs(*analysis.data)) {
    normalized_ = options.normalize != "none";
    for (const TaskInfo& task : analysis.tasks) bounds_.push_back(task.bounds);
    std::vector<std::string> labels;
    for (const AlgorithmInfo& algorithm : analysis.algorithms) labels.push_back(file_name(algorithm.label));
    names_ = distinct_names(labels);
  }

  void write_score(const std::string& name) const {
    const Score score = ReportOptions::parse_score(name);
    for (std::size_t a = 0; a < names_.size(); ++a) {
      const Selection selection = select(table_, tasks(), a, score, false);
      const Strata strata = scores_of(selection, tasks(), score, normalized_ ? &bounds_ : nullptr);
      if (strata.empty()) continue;
      results::make_folder(folder_ / name);
      write(folder_ / name / (names_[a] + ".npy"), npy_bytes(by_run(strata), {strata[0].size(), strata.size()}));
      write_seeds(folder_ / name / (names_[a] + ".seeds.txt"), selection);
    }
  }

  void write_curves() const {
    for (std::size_t a = 0; a < names_.size(); ++a) {
      const Selection selection = select(table_, tasks(), a, {}, false);
      if (selection.runs.empty()) continue;
      results::make_folder(folder_ / "curves");
      const std::size_t length = shortest(selection);
      std::vector<double> values;
      for (std::size_t run = 0; run < selection.runs[0].size(); ++run) {
        for (std::size_t i = 0; i < tasks().size(); ++i) add_curve(*selection.runs[i][run], tasks()[i], length, values);
      }
      write(folder_ / "curves" / (names_[a] + ".npy"),
            npy_bytes(values, {selection.runs[0].size(), tasks().size(), length}));
      write_seeds(folder_ / "curves" / (names_[a] + ".seeds.txt"), selection);
    }
  }

  void write_axes() const {
    std::vector<std::string> labels, steps;
    for (const std::size_t task : tasks()) labels.push_back(analysis_.tasks[task].label);
    for (std::int64_t k = 0; k <= analysis_.protocol.evaluations; ++k) {
      steps.push_back(std::to_string(k * analysis_.protocol.interval));
    }
    write(folder_ / "tasks.txt", lines(labels));
    write(folder_ / "seeds.txt", lines(texts(analysis_.seeds)));
    write(folder_ / "steps.txt", lines(steps));
    write(folder_ / "README.txt",
          std::string("<score>/<algorithm>.npy: ") + (normalized_ ? "normalised scores" : "raw scores") +
              ", one row for each run, one column for each line of tasks.txt.\n"
              "curves/<algorithm>.npy: run, task, evaluation; the evaluations are the lines of steps.txt.\n"
              "Rows are the runs of the lines of seeds.txt, or of <algorithm>.seeds.txt where that is there.\n");
  }

 private:
  const std::vector<std::size_t>& tasks() const { return analysis_.aggregates.tasks; }

  // Only where the rows are not simply all seeds. An older file would otherwise contradict.
  void write_seeds(const std::filesystem::path& file, const Selection& selection) const {
    if (selection.seeds == analysis_.seeds) {
      std::filesystem::remove(file);
    } else {
      write(file, lines(texts(selection.seeds)));
    }
  }

  std::size_t shortest(const Selection& selection) const {
    std::size_t length = std::numeric_limits<std::size_t>::max();
    for (const auto& runs : selection.runs) {
      for (const Run* run : runs) length = std::min(length, curve_of(*run, analysis_.protocol.evaluations).size());
    }
    return length;
  }

  void add_curve(const Run& run, std::size_t task, std::size_t length, std::vector<double>& values) const {
    std::vector<double> curve = curve_of(run, analysis_.protocol.evaluations);
    curve.resize(length);
    for (const double value : curve) values.push_back(normalized_ ? normalize(value, bounds_[task]) : value);
  }

  const Analysis& analysis_;
  std::filesystem::path folder_;
  RunTable table_;
  std::vector<Bounds> bounds_;
  std::vector<std::string> names_;
  bool normalized_ = true;
};

}  // namespace

void export_rliable(const Analysis& analysis, const ReportOptions& options, const std::filesystem::path& folder) {
  results::make_folder(folder);
  const RliableExport out(analysis, options, folder);
  out.write_axes();
  for (const std::string& score :
       std::set<std::string>{"final", "absolute", options.score, analysis.aggregates.score}) {
    out.write_score(score);
  }
  out.write_curves();
}

}  // namespace tutti::reports
