#include "tests/reports/synthetic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "tutti/random.hpp"

namespace tutti::reports::testing {
namespace {

constexpr std::size_t kEvaluations = 51;
constexpr double kBudget = 1e6;

const std::vector<std::string> kTasks{"mamujoco/ant-2x4",         "mamujoco/ant-4x2",     "mamujoco/halfcheetah-6x1",
                                      "mamujoco/walker2d-2x3",    "mamujoco/swimmer-2x1", "mamujoco/hopper-3x1",
                                      "mpe/coop-nav-n3",          "mpe/coop-nav-n4",      "mpe/physical-deception-n2",
                                      "mpe/physical-deception-n3"};
const std::vector<std::string> kAlgorithms{"OMAD", "HASAC", "HATD3", "MADDPG", "MATD3", "MAPPO", "MASDAC", "MADPMD"};

double mean_of(const std::vector<double>& v) {
  return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}

double sd_of(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += (x - mean_of(v)) * (x - mean_of(v));
  return v.size() < 2 ? kMissing : std::sqrt(sum / static_cast<double>(v.size() - 1));
}

class Maker {
 public:
  Maker(std::size_t tasks, std::size_t algorithms, std::size_t seeds) : n_(seeds) {
    for (std::size_t m = 0; m < tasks; ++m) {
      const std::string label = kTasks[m % kTasks.size()];
      out_.tasks.push_back(
          {label, label.substr(0, label.find('/')), {low(m), high(m)}, {{"agents", "3"}, {"episode limit", "25"}}});
    }
    for (std::size_t a = 0; a < algorithms; ++a) {
      out_.algorithms.push_back({kAlgorithms[a % kAlgorithms.size()], kAlgorithms[a % kAlgorithms.size()], a == 0});
    }
    for (std::size_t n = 0; n < seeds; ++n) out_.seeds.push_back(static_cast<std::int64_t>(n));
  }

  Analysis make() {
    header();
    curves();
    cells();
    aggregates();
    efficiency();
    coverage_and_time();
    out_.published =
        Published{"Synthetic figures",
                  "a made-up paper",
                  {"OMAD"},
                  {{0, "OMAD", "6100.0", "150.0", "made up", 6100, 150}},
                  {{0, "OMAD", 0.25, 225, 250'000, "first 250,000 environment steps", {{0, {0.2, 0.01, 5}}}}},
                  {"Units may differ."}};
    return std::move(out_);
  }

 private:
  static double low(std::size_t m) { return m % 3 == 2 ? -400 : 0; }
  static double high(std::size_t m) { return m % 3 == 2 ? -20 : 6500; }

  double learned(std::size_t m, std::size_t a, double share) {
    const double speed = 6.0 / (1 + 0.45 * static_cast<double>(a));
    const double top = 0.95 - 0.08 * static_cast<double>((a + m) % 8);
    return low(m) + (high(m) - low(m)) * (0.05 + top * (1 - std::exp(-speed * share)) * 0.9);
  }

  void header() {
    out_.suite = "synthetic";
    out_.suite_digests = {std::string(64, 'a')};
    out_.version = "0.1.0";
    out_.normalization = Normalization::kMinmax;
    out_.protocol = {1'000'000, 20'000, 32, "deterministic", "fresh", true, 0};
    out_.code = {{"revision", "0123abc"}, {"compiler", "GNU 12.2.0"}};
    out_.libraries = {{"LibTorch", "1.13.1"}, {"MuJoCo", "2.2.2"}};
    out_.machine = {{"processor", "Some Processor @ 2.0 GHz"}, {"cores", "2"}};
    out_.numerics = {{"threads", "1"}};
    out_.warnings = {fmt::format("N = {} runs: with fewer than 10 the intervals are too narrow.", n_)};
    out_.differences = {{"libraries.MuJoCo", true, {{"2.2.2", 9, {"a/b/seed-0"}}, {"2.2.1", 1, {"a/b/seed-1"}}}}};
    out_.damage = {{"mpe/x/seed-1/evaluations.csv", "line 7: 3 columns; expected 8"}};
    out_.failures = {{out_.tasks[0].label,
                      out_.algorithms.back().label,
                      1,
                      400'000,
                      {"signal", "signal 11 <bad> & |odd|\n_name_", {"last <line>", "of the log"}}}};
    out_.missing = {{out_.tasks.back().label, out_.algorithms.back().label, 0, RunState::kRunning}};
    out_.curves.caption = "mean over runs";
    out_.curves.band = "95 % interval (Student t)";
  }

  void curves() {
    auto& curves = out_.curves;
    for (std::size_t m = 0; m < out_.tasks.size(); ++m) {
      auto& row = curves.steps.emplace_back();
      auto& wall = curves.wall_clock.emplace_back();
      for (std::size_t a = 0; a < out_.algorithms.size(); ++a) {
        row.push_back(curve(m, a));
        wall.push_back(row.back());
        for (double& x : wall.back().x) x *= (1 + 0.3 * static_cast<double>(a)) * 0.012;
      }
    }
    for (std::size_t a = 0; a < out_.algorithms.size(); ++a) {
      Curve aggregate = curves.steps[0][a];
      aggregate.runs.clear();
      for (auto* values : {&aggregate.mean, &aggregate.low, &aggregate.high}) {
        for (double& y : *values) y = (y - low(0)) / (high(0) - low(0));
      }
      curves.aggregate.push_back(aggregate);
      for (double& x : aggregate.x) x /= kBudget;
      curves.aggregate_wall_clock.push_back(aggregate);
    }
  }

  Curve curve(std::size_t m, std::size_t a) {
    Curve c;
    c.n = static_cast<std::int64_t>(n_);
    c.seeds = out_.seeds;
    c.runs.resize(n_);
    for (std::size_t n = 0; n < n_; ++n) {
      const double luck = random_.normal() * 0.05 * (high(m) - low(m));
      for (std::size_t k = 0; k < kEvaluations; ++k) {
        const double share = static_cast<double>(k) / (kEvaluations - 1);
        c.runs[n].push_back(learned(m, a, share) + luck * share + random_.normal() * 0.01 * (high(m) - low(m)));
      }
    }
    for (std::size_t k = 0; k < kEvaluations; ++k) {
      std::vector<double> values;
      for (const auto& run : c.runs) values.push_back(run[k]);
      const double half = n_ < 3 ? kMissing : 2.776 * sd_of(values) / std::sqrt(static_cast<double>(n_));
      c.x.push_back(kBudget * static_cast<double>(k) / (kEvaluations - 1));
      c.mean.push_back(mean_of(values));
      if (n_ < 3) continue;
      c.low.push_back(c.mean.back() - half);
      c.high.push_back(c.mean.back() + half);
    }
    return c;
  }

  void cells() {
    ScoreTable& main = out_.main;
    main.score = "final";
    main.definition = "mean return of the last evaluation";
    for (std::size_t m = 0; m < out_.tasks.size(); ++m) {
      auto& row = main.cells.emplace_back();
      std::vector<Spread> spreads;
      for (std::size_t a = 0; a < out_.algorithms.size(); ++a) {
        row.push_back(cell(m, a));
        spreads.push_back({row.back().mean, row.back().sd, row.back().n});
      }
      auto best =
          std::max_element(row.begin(), row.end(), [](const Cell& x, const Cell& y) { return x.mean < y.mean; });
      best->best = true;
      for (Cell& c : row) c.underlined = !c.best && best->mean - c.mean < best->sd;
      main.digits.push_back(digits_of(spreads));
    }
    main.cells[0].back().failed = 1;
    main.cells[0].back().n -= 1;
    main.cells.back().back().missing = 1;
  }

  Cell cell(std::size_t m, std::size_t a) {
    Cell c;
    c.seeds = out_.seeds;
    for (const auto& run : out_.curves.steps[m][a].runs) c.runs.push_back(run.back());
    c.n = static_cast<std::int64_t>(n_);
    c.mean = c.median = mean_of(c.runs);
    c.sd = c.spread = sd_of(c.runs);
    c.sem = c.sd / std::sqrt(static_cast<double>(n_));
    c.min = *std::min_element(c.runs.begin(), c.runs.end());
    c.max = *std::max_element(c.runs.begin(), c.runs.end());
    if (n_ > 2) c.interval = Interval{c.mean - 2 * c.sem, c.mean + 2 * c.sem};
    return c;
  }

  static Estimate around(double value) { return {value, Interval{value - 0.04, value + 0.05}}; }

  void aggregates() {
    Aggregates& g = out_.aggregates;
    g.available = true;
    g.score = "absolute";
    g.definition = "mean of the absolute evaluation";
    for (std::size_t m = 0; m < out_.tasks.size(); ++m) g.tasks.push_back(m);
    for (int i = 0; i <= 100; ++i) g.thresholds.push_back(i / 100.0);
    for (std::size_t a = 0; a < out_.algorithms.size(); ++a) {
      const double level = 0.9 - 0.07 * static_cast<double>(a);
      Aggregate x;
      x.n = static_cast<std::int64_t>(n_);
      x.seeds = out_.seeds;
      x.median = around(level - 0.02);
      x.iqm = around(level);
      x.mean = around(level - 0.03);
      x.gap = around(1 - level);
      x.mean_rank = 1.0 + static_cast<double>(a);
      g.algorithms.push_back(x);
      out_.main.iqm.push_back(x.iqm);
      out_.main.mean_rank.push_back(x.mean_rank);
      out_.main.best_count.push_back(a == 0 ? static_cast<std::int64_t>(out_.tasks.size()) : 0);
      Profile profile;
      for (const double t : g.thresholds) {
        const double f = 1 / (1 + std::exp(18 * (t - level)));
        profile.fraction.push_back(f);
        profile.low.push_back(std::max(0.0, f - 0.06));
        profile.high.push_back(std::min(1.0, f + 0.06));
      }
      profile.median = profile.area = level;
      g.profiles.push_back(profile);
      for (std::size_t b = 0; b < a; ++b) g.improvements.push_back(pair(b, a));
    }
  }

  Improvement pair(std::size_t x, std::size_t y) {
    Improvement i;
    i.x = x;
    i.y = y;
    i.probability = around(std::min(0.94, 0.52 + 0.06 * static_cast<double>(y - x)));
    i.per_task.assign(out_.tasks.size(), i.probability.value);
    i.marked = i.probability.interval->low > 0.5;
    i.meaningful = i.marked && i.probability.interval->high > 0.75;
    return i;
  }

  void efficiency() {
    SampleEfficiency& e = out_.efficiency;
    for (std::size_t m = 0; m < out_.tasks.size(); ++m) {
      EfficiencyRow row;
      row.threshold = learned(m, 1, 1);
      row.baseline = std::min<std::size_t>(1, out_.algorithms.size() - 1);
      row.baseline_steps = 940'000;
      row.horizon = kBudget;
      for (std::size_t a = 0; a < out_.algorithms.size(); ++a) row.cells.push_back(efficiency_cell(row, a));
      e.rows.push_back(row);
    }
    const auto tasks = static_cast<std::int64_t>(out_.tasks.size());
    e.summary.assign(out_.algorithms.size(), {2.4, 1.8, 3.1, tasks - 1, 1, 0, tasks});
    e.summary_half = e.summary_most = e.summary;
    for (const int percent : out_.milestones.percent) {
      auto& cells = out_.milestones.cells.emplace_back();
      const auto k = static_cast<std::size_t>(percent) * (kEvaluations - 1) / 100;
      out_.milestones.steps.push_back(std::vector<double>(out_.tasks.size(), kBudget * percent / 100));
      for (const auto& row : out_.curves.steps) {
        auto& line = cells.emplace_back();
        for (const Curve& c : row) line.push_back({c.mean[k], std::abs(c.mean[k]) * 0.03, c.n});
      }
    }
  }

  EfficiencyCell efficiency_cell(const EfficiencyRow& row, std::size_t a) {
    EfficiencyCell c;
    c.n = static_cast<std::int64_t>(n_);
    c.auc_mean = row.threshold * 0.8;
    c.auc_sd = std::abs(row.threshold) * 0.05;
    c.reached = a < 2 ? c.n : 1;
    c.median_steps = a < 2 ? 180'000.0 * static_cast<double>(a + 1) : std::numeric_limits<double>::infinity();
    if (a == *row.baseline) {
      c.speed_up = {SpeedUp::Kind::kSelf, 1, kMissing, std::nullopt, false, false};
    } else if (a == 0) {
      c.speed_up = {SpeedUp::Kind::kReached, 2.22, 0.94, Interval{1.43, 3.13}, false, false};
    } else {
      c.speed_up = {SpeedUp::Kind::kCensored, kMissing, 0.94, Interval{kMissing, 1.1}, true, false};
    }
    c.speed_up_half = c.speed_up_most = c.speed_up;
    return c;
  }

  void coverage_and_time() {
    Coverage& coverage = out_.coverage;
    coverage.available = true;
    coverage.bins.assign(out_.tasks.size(), kMissing);
    coverage.bins[0] = 900;
    Matrix<CoverageCell> cells(out_.tasks.size(), std::vector<CoverageCell>(out_.algorithms.size()));
    for (CoverageCell& c : cells[0]) {
      c = {{225, 20, 5}, {0.25, 0.02, 5}, {0.61, 0.013, 5}, {0.014, 0.002, 5}};
    }
    coverage.cells.assign(coverage.percent.size(), cells);
    for (const int percent : coverage.percent)
      coverage.shares.emplace_back(out_.tasks.size(), 10'000.0 * percent);  // of a million
    coverage.steps = coverage.shares;
    coverage.visited.assign(out_.tasks.size(), std::vector<Curve>(out_.algorithms.size()));
    for (std::size_t a = 0; a < out_.algorithms.size(); ++a) {
      Curve& c = coverage.visited[0][a] = out_.curves.steps[0][a];
      c.runs.clear();
      for (auto* values : {&c.mean, &c.low, &c.high}) {
        for (double& y : *values) y = y / 6500 * 250;
      }
    }
    RuntimeCell time;
    time.n = static_cast<std::int64_t>(n_);
    time.train_seconds = 11'234;
    time.environment_seconds = 1'500;
    time.act_seconds = 800;
    time.update_seconds = 8'800;
    time.evaluate_seconds = 410;
    time.checkpoint_seconds = 12;
    time.cpu_seconds = 11'700;
    time.steps_per_second = 89;
    time.peak_memory_bytes = 1.3e9;
    time.segments = 1;
    out_.runtime.cells.assign(out_.tasks.size(), std::vector<RuntimeCell>(out_.algorithms.size(), time));
    out_.runtime.machine = "Some Processor @ 2.0 GHz, 2 runs at a time";
  }

  std::size_t n_;
  RandomStream random_{20261122};
  Analysis out_;
};

}  // namespace

bool gnuplot_available() { return std::system("gnuplot --version > /dev/null 2>&1") == 0; }

Analysis synthetic_analysis(std::size_t tasks, std::size_t algorithms, std::size_t seeds) {
  return Maker(tasks, algorithms, seeds).make();
}

Analysis empty_analysis(std::size_t tasks, std::size_t algorithms) {
  Analysis out;
  out.suite = "empty";
  for (std::size_t m = 0; m < tasks; ++m) out.tasks.push_back({kTasks[m], "family", {kMissing, kMissing}, {}});
  for (std::size_t a = 0; a < algorithms; ++a) out.algorithms.push_back({kAlgorithms[a], kAlgorithms[a], a == 0});
  out.main.score = "final";
  out.main.cells.assign(tasks, std::vector<Cell>(algorithms));
  out.main.digits.resize(tasks);
  out.aggregates.reason = "no complete run";
  out.curves.steps.assign(tasks, std::vector<Curve>(algorithms));
  out.curves.wall_clock = out.curves.steps;
  out.efficiency.rows.assign(tasks, EfficiencyRow{});
  for (auto& row : out.efficiency.rows) row.cells.resize(algorithms);
  out.runtime.cells.assign(tasks, std::vector<RuntimeCell>(algorithms));
  return out;
}

}  // namespace tutti::reports::testing
