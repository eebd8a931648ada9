// report.json: every number that a report shows, for programs.
#include "results/json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/data/protocols.hpp"
#include "reports/page/document.hpp"

namespace tutti::reports {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "infinity" : "-infinity";
  return value;
}

Json numbers(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double value : values) out.push_back(number(value));
  return out;
}

Json interval(const std::optional<Interval>& range) {
  return range ? Json::array({number(range->low), number(range->high)}) : Json(nullptr);
}

Json estimate(const Estimate& e) { return {{"value", number(e.value)}, {"interval", interval(e.interval)}}; }

Json spread(const Spread& s) { return {{"n", s.n}, {"mean", number(s.mean)}, {"sd", number(s.sd)}}; }

const char* clock_name(TrainingClock clock) {
  switch (clock) {
    case TrainingClock::kNone:
      return "none";
    case TrainingClock::kWall:
      break;
    case TrainingClock::kProcessor:
      return "processor";
    case TrainingClock::kSharedWall:
      return "wall, of runs that may have shared cores";
  }
  return "wall";
}

Json facts(const std::vector<Fact>& list) {
  Json out = Json::object();
  for (const Fact& fact : list) out[fact.name] = fact.value;
  return out;
}

Json cell(const Cell& c) {
  return {{"n", c.n},
          {"failed", c.failed},
          {"missing", c.missing},
          {"without_update", c.without_update},
          {"seeds", c.seeds},
          {"runs", numbers(c.runs)},
          {"mean", number(c.mean)},
          {"sd", number(c.sd)},
          {"sd0", number(c.sd0)},
          {"sem", number(c.sem)},
          {"interval", interval(c.interval)},
          {"median", number(c.median)},
          {"min", number(c.min)},
          {"max", number(c.max)},
          {"best", c.best},
          {"underlined", c.underlined},
          {"p", number(c.p)},
          {"p_holm", number(c.p_holm)}};
}

Json curve(const Curve& c) {
  Json out{{"n", c.n},
           {"seeds", c.seeds},
           {"x", numbers(c.x)},
           {"mean", numbers(c.mean)},
           {"low", numbers(c.low)},
           {"high", numbers(c.high)}};
  return out;
}

Json speed_up(const SpeedUp& s) {
  return {{"case", to_text(s.kind)},          {"value", number(s.value)},       {"bound", number(s.bound)},
          {"interval", interval(s.interval)}, {"low_censored", s.low_censored}, {"high_censored", s.high_censored}};
}

class Writer {
 public:
  Writer(const Analysis& analysis, const ReportOptions& options) : analysis_(analysis), options_(options) {}

  Json json(const std::vector<NamedStrip>& strips, const std::vector<std::string>& files) {
    Json out;
    out["schema"] = 1;
    out["suite"] = analysis_.suite;
    out["suite_digests"] = analysis_.suite_digests;
    out["version"] = analysis_.version;
    out["protocol"] = protocol();
    out["options"] = options();
    out["normalization"] = to_text(analysis_.normalization);
    out["definitions"] = definition_texts();
    out["tasks"] = tasks();
    out["algorithms"] = algorithms();
    out["seeds"] = analysis_.seeds;
    out["code"] = facts(analysis_.code);
    out["libraries"] = facts(analysis_.libraries);
    out["machine"] = facts(analysis_.machine);
    out["numerics"] = facts(analysis_.numerics);
    out["warnings"] = analysis_.warnings;
    out["differences"] = differences();
    out["damage"] = damage();
    out["failures"] = failures();
    out["missing"] = missing();
    out["main"] = main_scores();
    out["aggregates"] = aggregates();
    out["curves"] = curves();
    out["sample_efficiency"] = efficiency();
    out["milestones"] = milestones();
    out["coverage"] = coverage();
    out["runtime"] = runtime();
    out["published"] = published();
    if (options_.behaviour) out["behaviour"] = behaviour(strips);
    out["files"] = files;
    return out;
  }

 private:
  Json behaviour(const std::vector<NamedStrip>& strips) const {
    Json out = Json::array();
    for (const auto& [strip, name] : strips) {
      Json entry{
          {"task", task(strip.run.task)}, {"algorithm", algorithm(strip.run.algorithm)}, {"seed", strip.run.seed}};
      if (strip.png.empty()) {
        entry["reason"] = strip.reason;
      } else {
        entry.update({{"file", "figures/" + name + ".png"},
                      {"policy_step", strip.policy_step},
                      {"return", number(strip.episode_return)},
                      {"length", strip.length},
                      {"ended", strip.ended},
                      {"steps", strip.steps},
                      {"differences", strip.differences}});
      }
      out.push_back(std::move(entry));
    }
    return out;
  }

  std::string task(std::size_t m) const { return analysis_.tasks[m].label; }
  std::string algorithm(std::size_t a) const { return analysis_.algorithms[a].label; }

  // {task: {algorithm: value}} of a matrix.
  template <class T, class Value>
  Json matrix(const Matrix<T>& cells, Value value) const {
    Json out = Json::object();
    for (std::size_t m = 0; m < cells.size(); ++m) {
      for (std::size_t a = 0; a < cells[m].size(); ++a) out[task(m)][algorithm(a)] = value(cells[m][a]);
    }
    return out;
  }

  static Json protocol_of(const Protocol& p) {
    return {{"environment_steps", p.environment_steps},
            {"interval", p.interval},
            {"evaluations", p.evaluations()},
            {"episodes", p.episodes},
            {"mode", p.mode},
            {"seeds", p.seeds},
            {"absolute", p.absolute}};
  }

  // What is not the same for all runs is null here. What differs between tasks stands with each of them.
  Json protocol() const {
    const std::vector<Protocol> protocols = run_protocols(analysis_);
    if (protocols.empty()) return nullptr;
    Json out = protocol_of(protocols.front());
    for (const Protocol& other : protocols) {
      const Json values = protocol_of(other);
      for (const auto& [name, value] : values.items()) {
        if (out[name] != value) out[name] = nullptr;
      }
    }
    return out;
  }

  // Every declared option with the value in force.
  Json options() const {
    ParameterSchema schema;
    Parameters collect(schema);
    ReportOptions(options_).declare(collect);
    Json out = Json::object();
    for (const ParameterSpec& spec : schema) {
      std::visit([&](const auto& value) { out[spec.name] = value; }, spec.default_value);
    }
    for (const auto& [task, range] : options_.bounds) out["bounds"][task] = {range.low, range.high};
    for (const auto& [task, value] : options_.thresholds) out["thresholds"][task] = value;
    return out;
  }

  Json definition_texts() const {
    Json out = Json::object();
    for (const Definition& d : definitions(analysis_, options_)) out[d.id] = {{"term", d.name}, {"text", d.text}};
    return out;
  }

  Json tasks() const {
    Json out = Json::array();
    const bool own_budgets = budgets_differ(protocols_of(analysis_));
    for (const TaskInfo& t : analysis_.tasks) {
      Json details = Json::object();
      for (const auto& [name, value] : t.facts) details[name] = value;
      out.push_back({{"label", t.label},
                     {"title", t.shown()},
                     {"family", t.family},
                     {"bounds", Json::array({number(t.bounds.low), number(t.bounds.high)})},
                     {"low_source", t.bounds.low_source},
                     {"high_source", t.bounds.high_source},
                     {"facts", details}});
      if (own_budgets) out.back()["protocol"] = t.protocol.is_known() ? protocol_of(t.protocol) : Json(nullptr);
    }
    return out;
  }

  Json algorithms() const {
    Json out = Json::array();
    for (const AlgorithmInfo& a : analysis_.algorithms) {
      out.push_back({{"label", a.label},
                     {"title", a.shown()},
                     {"name", a.name},
                     {"proposed", a.proposed},
                     {"imported", a.imported}});
    }
    return out;
  }

  Json differences() const {
    Json out = Json::array();
    for (const Difference& d : analysis_.differences) {
      Json values = Json::array();
      for (const auto& v : d.values) values.push_back({{"value", v.value}, {"runs", v.runs}, {"examples", v.examples}});
      out.push_back({{"property", d.property}, {"refused", d.refused}, {"values", values}});
    }
    return out;
  }

  Json damage() const {
    Json out = Json::array();
    for (const Damage& d : analysis_.damage) out.push_back({{"file", d.file}, {"what", d.what}});
    return out;
  }

  Json failures() const {
    Json out = Json::array();
    for (const FailedRun& f : analysis_.failures) {
      out.push_back({{"task", f.task},
                     {"algorithm", f.algorithm},
                     {"seed", f.seed},
                     {"environment_steps", f.environment_steps},
                     {"failure", Json(nlohmann::json(f.failure))}});
    }
    return out;
  }

  Json missing() const {
    Json out = Json::array();
    for (const MissingRun& r : analysis_.missing) {
      out.push_back({{"task", r.task}, {"algorithm", r.algorithm}, {"seed", r.seed}, {"status", to_text(r.state)}});
    }
    return out;
  }

  Json main_scores() const {
    const ScoreTable& t = analysis_.main;
    Json footer = Json::object();
    for (std::size_t a = 0; a < analysis_.algorithms.size(); ++a) {
      Json& entry = footer[algorithm(a)];
      entry = Json::object();
      if (a < t.iqm.size()) entry["iqm"] = estimate(t.iqm[a]);
      if (a < t.mean_rank.size()) entry["mean_rank"] = number(t.mean_rank[a]);
      if (a < t.best_count.size()) entry["best_count"] = t.best_count[a];
    }
    return {{"score", t.score}, {"definition", t.definition}, {"cells", matrix(t.cells, cell)}, {"footer", footer}};
  }

  Json aggregates() const {
    const Aggregates& g = analysis_.aggregates;
    Json out{{"available", g.available}, {"reason", g.reason}, {"score", g.score}, {"definition", g.definition}};
    out["tasks"] = Json::array();
    for (const std::size_t m : g.tasks) out["tasks"].push_back(task(m));
    out["algorithms"] = Json::object();
    for (std::size_t a = 0; a < g.algorithms.size(); ++a) {
      const Aggregate& x = g.algorithms[a];
      out["algorithms"][algorithm(a)] = {{"n", x.n},
                                         {"seeds", x.seeds},
                                         {"left_out", x.left_out},
                                         {"median", estimate(x.median)},
                                         {"iqm", estimate(x.iqm)},
                                         {"mean", estimate(x.mean)},
                                         {"optimality_gap", estimate(x.gap)},
                                         {"mean_rank", number(x.mean_rank)},
                                         {"best_count", x.best_count}};
    }
    out["thresholds"] = numbers(g.thresholds);
    out["profiles"] = Json::object();
    for (std::size_t a = 0; a < g.profiles.size(); ++a) {
      const Profile& p = g.profiles[a];
      out["profiles"][algorithm(a)] = {{"fraction", numbers(p.fraction)},
                                       {"low", numbers(p.low)},
                                       {"high", numbers(p.high)},
                                       {"median", number(p.median)},
                                       {"area", number(p.area)}};
    }
    out["improvements"] = Json::array();
    for (const Improvement& i : g.improvements) {
      out["improvements"].push_back({{"x", algorithm(i.x)},
                                     {"y", algorithm(i.y)},
                                     {"probability", estimate(i.probability)},
                                     {"per_task", numbers(i.per_task)},
                                     {"excludes_half", i.marked},
                                     {"meaningful", i.meaningful},
                                     {"p_value", number(i.p_value)}});
    }
    return out;
  }

  Json curve_list(const std::vector<Curve>& list) const {
    Json out = Json::object();
    for (std::size_t a = 0; a < list.size(); ++a) out[algorithm(a)] = curve(list[a]);
    return out;
  }

  Json curves() const {
    const Curves& c = analysis_.curves;
    Json out = {{"caption", c.caption},
                {"band", c.band},
                {"smoothing", c.smoothing},
                {"steps", matrix(c.steps, curve)},
                {"wall_clock", matrix(c.wall_clock, curve)},
                {"aggregate", curve_list(c.aggregate)},
                {"aggregate_wall_clock", curve_list(c.aggregate_wall_clock)}};
    if (c.by_share) out["aggregate_x"] = "share of each task's budget";
    return out;
  }

  Json efficiency_row(const EfficiencyRow& row) const {
    Json cells = Json::object();
    for (std::size_t a = 0; a < row.cells.size(); ++a) {
      const EfficiencyCell& c = row.cells[a];
      cells[algorithm(a)] = {{"n", c.n},
                             {"reached", c.reached},
                             {"median_steps", number(c.median_steps)},
                             {"restricted_mean_steps", number(c.restricted_mean)},
                             {"mean_curve_steps", number(c.curve_steps)},
                             {"speed_up", speed_up(c.speed_up)},
                             {"speed_up_50", speed_up(c.speed_up_half)},
                             {"speed_up_90", speed_up(c.speed_up_most)},
                             {"auc", number(c.auc_mean)},
                             {"auc_sd", number(c.auc_sd)},
                             {"auc_interval", interval(c.auc_interval)},
                             {"normalised_auc", number(c.normalized_auc)}};
    }
    return {{"threshold", number(row.threshold)},
            {"best_baseline", row.baseline ? Json(algorithm(*row.baseline)) : Json(nullptr)},
            {"baseline_steps", number(row.baseline_steps)},
            {"horizon", number(row.horizon)},
            {"algorithms", cells}};
  }

  Json summaries(const std::vector<SpeedUpSummary>& list) const {
    Json out = Json::object();
    for (std::size_t a = 0; a < list.size(); ++a) {
      const SpeedUpSummary& s = list[a];
      out[algorithm(a)] = {{"geometric_mean", number(s.geometric_mean)},
                           {"min", number(s.min)},
                           {"max", number(s.max)},
                           {"finite", s.finite},
                           {"not_reached", s.not_reached},
                           {"at_start", s.at_start},
                           {"no_ratio", s.no_ratio},
                           {"tasks", s.tasks}};
    }
    return out;
  }

  Json efficiency() const {
    const SampleEfficiency& e = analysis_.efficiency;
    Json rows = Json::object();
    for (std::size_t m = 0; m < e.rows.size(); ++m) rows[task(m)] = efficiency_row(e.rows[m]);
    return {{"tasks", rows},
            {"summary", summaries(e.summary)},
            {"summary_50", summaries(e.summary_half)},
            {"summary_90", summaries(e.summary_most)}};
  }

  Json milestones() const {
    const Milestones& s = analysis_.milestones;
    Json out = Json::object();
    for (std::size_t p = 0; p < s.cells.size(); ++p) {
      out[std::to_string(s.percent[p])] = {{"steps", numbers(s.steps[p])}, {"cells", matrix(s.cells[p], spread)}};
    }
    return out;
  }

  Json coverage() const {
    const Coverage& c = analysis_.coverage;
    Json out{{"available", c.available}, {"bins", numbers(c.bins)}};
    for (std::size_t p = 0; p < c.cells.size(); ++p) {
      out["steps"][std::to_string(c.percent[p])] = numbers(c.steps[p]);
      out["percent"][std::to_string(c.percent[p])] = matrix(c.cells[p], [](const CoverageCell& x) {
        return Json{{"visited", spread(x.visited)},
                    {"coverage", spread(x.coverage)},
                    {"entropy", spread(x.entropy)},
                    {"outside", spread(x.outside)}};
      });
    }
    out["visited"] = matrix(c.visited, curve);
    return out;
  }

  Json runtime() const {
    return {{"machine", analysis_.runtime.machine},
            {"training_clock", clock_name(analysis_.runtime.clock)},
            {"total_cpu_seconds", number(analysis_.runtime.total_cpu_seconds)},
            {"cells", matrix(analysis_.runtime.cells, [](const RuntimeCell& c) {
               return Json{{"n", c.n},
                           {"environment_steps", number(c.environment_steps)},
                           {"updates", number(c.updates)},
                           {"train_seconds", number(c.train_seconds)},
                           {"train_cpu_seconds", number(c.train_cpu_seconds)},
                           {"environment_seconds", number(c.environment_seconds)},
                           {"act_seconds", number(c.act_seconds)},
                           {"update_seconds", number(c.update_seconds)},
                           {"evaluate_seconds", number(c.evaluate_seconds)},
                           {"checkpoint_seconds", number(c.checkpoint_seconds)},
                           {"cpu_seconds", number(c.cpu_seconds)},
                           {"steps_per_second", number(c.steps_per_second)},
                           {"peak_memory_bytes", number(c.peak_memory_bytes)},
                           {"segments", c.segments}};
             })}};
  }

  Json figures(const std::vector<PublishedFigure>& list) const {
    Json out = Json::array();
    for (const PublishedFigure& f : list) {
      out.push_back({{"task", task(f.task)},
                     {"algorithm", f.algorithm},
                     {"mean", number(f.mean)},
                     {"spread", number(f.spread)},
                     {"note", f.note}});
    }
    return out;
  }

  Json published_coverage(const std::vector<PublishedCoverage>& list) const {
    Json out = Json::array();
    for (const PublishedCoverage& f : list) {
      Json measured = Json::object();
      for (const MeasuredCoverage& m : f.measured) measured[algorithm(m.algorithm)] = spread(m.fraction);
      out.push_back({{"task", task(f.task)},
                     {"algorithm", f.algorithm},
                     {"fraction", number(f.fraction)},
                     {"bins", f.bins},
                     {"step", f.step},
                     {"note", f.note},
                     {"measured", measured}});
    }
    return out;
  }

  Json published() const {
    if (!analysis_.published) return nullptr;
    const Published& p = *analysis_.published;
    return {{"title", p.title},
            {"source", p.source},
            {"returns", figures(p.figures)},
            {"environment_steps", p.environment_steps},
            {"coverage", published_coverage(p.coverage)},
            {"caveats", p.caveats}};
  }

  const Analysis& analysis_;
  const ReportOptions& options_;
};

}  // namespace

std::string report_json(const Analysis& analysis, const ReportOptions& options, const std::vector<NamedStrip>& strips,
                        const std::vector<std::string>& files) {
  const Json json = Writer(analysis, options).json(strips, files);
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tutti::reports
