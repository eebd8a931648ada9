// NumPy arrays for rliable 1.2: numpy.load is all that it takes to read them.
#include <algorithm>
#include <iterator>
#include <set>

#include "reports/analysis/scores.hpp"
#include "reports/data/names.hpp"
#include "reports/data/protocols.hpp"
#include "reports/export/export.hpp"
#include "reports/export/npy.hpp"
#include "reports/text/escaping.hpp"
#include "reports/text/numbers.hpp"

namespace tutti::reports {
namespace {

const std::string kFolder = "export/rliable/";

template <class Items>
std::string lines(const Items& items) {
  std::string text;
  for (const auto& item : items) text += item + "\n";
  return text;
}

// Whole numbers, one each.
template <class Number>
std::vector<std::string> texts(const std::vector<Number>& numbers) {
  std::vector<std::string> result;
  for (const Number number : numbers) result.push_back(std::to_string(static_cast<std::int64_t>(number)));
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
  RliableExport(const Analysis& analysis, OutputFolder& folder)
      : analysis_(analysis), folder_(folder), table_(usable_runs(*analysis.data)) {
    normalized_ = analysis.normalization != Normalization::kNone;
    for (const TaskInfo& task : analysis.tasks) bounds_.push_back(task.bounds);
    units_ = axis_units(analysis.tasks, tasks());
    std::vector<std::string> labels;
    for (const AlgorithmInfo& algorithm : analysis.algorithms) labels.push_back(file_name(algorithm.label));
    names_ = distinct_names(labels);
  }

  void write_score(const std::string& name) {
    const Score score = parse_score(name);
    for (std::size_t a = 0; a < names_.size(); ++a) {
      const Selection selection = select(table_, tasks(), a, score, false);
      const Strata strata = scores_of(selection, tasks(), score, normalized_ ? &bounds_ : nullptr);
      if (strata.empty()) continue;
      const std::string base = kFolder + name + "/" + names_[a];
      folder_.write(base + ".npy", npy_bytes(by_run(strata), {strata[0].size(), strata.size()}));
      write_seeds(base, selection);
    }
  }

  void write_curves() {
    for (std::size_t a = 0; a < names_.size(); ++a) {
      const Selection selection = select(table_, tasks(), a, {}, false);
      if (selection.runs.empty()) continue;
      std::vector<const Run*> all;
      for (const auto& runs : selection.runs) all.insert(all.end(), runs.begin(), runs.end());
      const std::vector<double> points = common_points(all, units_);
      if (points.empty()) continue;
      std::vector<double> values;
      for (std::size_t run = 0; run < selection.runs[0].size(); ++run) {
        for (std::size_t i = 0; i < tasks().size(); ++i) add_curve(*selection.runs[i][run], tasks()[i], points, values);
      }
      const std::string base = kFolder + "curves/" + names_[a];
      folder_.write(base + ".npy", npy_bytes(values, {selection.runs[0].size(), tasks().size(), points.size()}));
      if (points != planned_points()) folder_.write(base + points_file(), point_lines(points));
      write_seeds(base, selection);
    }
  }

  void write_axes(bool ragged) {
    std::vector<std::string> labels;
    for (const std::size_t task : tasks()) labels.push_back(clean_text(analysis_.tasks[task].label));
    folder_.write(kFolder + "tasks.txt", lines(labels));
    folder_.write(kFolder + "seeds.txt", lines(texts(analysis_.seeds)));
    folder_.write(kFolder + points_file().substr(1), point_lines(planned_points()));
    folder_.write(
        kFolder + "README.txt",
        std::string("<score>/<algorithm>.npy: ") + (normalized_ ? "normalised scores" : "raw scores") +
            ", one row for each run, one column for each line of tasks.txt.\n"
            "curves/<algorithm>.npy: run, task, evaluation; the evaluations are those at the " +
            (by_share() ? "shares of each task's budget of shares.txt,\nor of <algorithm>.shares.txt"
                        : "environment steps of steps.txt,\nor of <algorithm>.steps.txt") +
            " where that is there.\n"
            "Rows are the runs of the lines of seeds.txt, or of <algorithm>.seeds.txt where that is there.\n" +
            (ragged ? "Only seeds that have run on every task are here, because rliable needs as many runs on each.\n"
                      "The report's aggregates have all runs (ragged).\n"
                    : ""));
  }

 private:
  const std::vector<std::size_t>& tasks() const { return analysis_.aggregates.tasks; }

  // Only where they are not the common ones.
  void write_seeds(const std::string& base, const Selection& selection) {
    if (selection.seeds != analysis_.seeds) folder_.write(base + ".seeds.txt", lines(texts(selection.seeds)));
  }

  bool by_share() const { return is_share(units_); }
  std::string points_file() const { return by_share() ? ".shares.txt" : ".steps.txt"; }

  std::string point_lines(const std::vector<double>& points) const {
    if (!by_share()) return lines(texts(points));
    std::vector<std::string> shares;
    for (const double point : points) shares.push_back(shortest(point));
    return lines(shares);
  }

  // The points that the protocols of all tasks have.
  std::vector<double> planned_points() const {
    std::vector<double> points;
    for (const std::size_t task : tasks()) {
      const std::vector<double> own = points_of(analysis_.tasks[task].protocol, units_[task]);
      std::vector<double> both;
      std::ranges::set_intersection(task == tasks().front() ? own : points, own, std::back_inserter(both));
      points = std::move(both);
    }
    return points;
  }

  static std::vector<double> points_of(const Protocol& protocol, double unit) {
    std::vector<double> points;
    if (!protocol.is_known()) return points;
    for (std::int64_t k = 0; k <= protocol.evaluations(); ++k) {
      points.push_back(static_cast<double>(k * protocol.interval) / unit);
    }
    return points;
  }

  void add_curve(const Run& run, std::size_t task, const std::vector<double>& points,
                 std::vector<double>& values) const {
    for (const double value : at_steps(run, curve_of(run), points, units_[task]))
      values.push_back(normalized_ ? normalize(value, bounds_[task]) : value);
  }

  const Analysis& analysis_;
  OutputFolder& folder_;
  RunTable table_;
  std::vector<TaskBounds> bounds_;
  std::vector<double> units_;  // of the curves' axis, for each task
  std::vector<std::string> names_;
  bool normalized_ = true;
};

}  // namespace

void export_rliable(const Analysis& analysis, const ReportOptions& options, OutputFolder& folder) {
  RliableExport out(analysis, folder);
  out.write_axes(options.ragged);
  for (const std::string& score :
       std::set<std::string>{"final", "absolute", to_text(options.score), analysis.aggregates.score}) {
    out.write_score(score);
  }
  out.write_curves();
}

}  // namespace tutti::reports
