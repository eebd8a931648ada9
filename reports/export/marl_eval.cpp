// The JSON format of marl-eval 0.0.4. Its readers need a full rectangle: within an environment every algorithm has the
// same runs, under the same names, on every task, and every run has the same steps.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "reports/analysis/scores.hpp"
#include "reports/data/names.hpp"
#include "reports/data/protocols.hpp"
#include "reports/export/export.hpp"
#include "reports/text/escaping.hpp"

namespace tutti::reports {
namespace {

using Text = fmt::memory_buffer;

template <class... Arguments>
void put(Text& out, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Arguments>(arguments)...);
}

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// The runs of one environment that form a rectangle.
struct Rectangle {
  std::string family;
  std::vector<std::size_t> tasks;
  std::vector<std::size_t> algorithms;
  std::vector<std::int64_t> seeds;
  std::vector<double> points;  // at which all runs were evaluated, the untrained policy included, in units of `units`
  std::vector<double> units;   // environment steps, or each task's budget where they differ
};

using RunsByKey = std::map<std::tuple<std::size_t, std::size_t, std::int64_t>, const Run*>;

RunsByKey complete_runs(const Dataset& data) {
  RunsByKey runs;
  for (const Run& run : data.runs) {
    if (run.state == RunState::kFinished && !run.imported) runs[{run.task, run.algorithm, run.seed}] = &run;
  }
  return runs;
}

std::set<std::int64_t> seeds_on_all(const RunsByKey& runs, const std::vector<std::size_t>& tasks,
                                    std::size_t algorithm) {
  std::map<std::int64_t, std::size_t> count;
  for (const auto& [key, run] : runs) {
    const auto& [task, a, seed] = key;
    if (a == algorithm && std::ranges::find(tasks, task) != tasks.end()) ++count[seed];
  }
  std::set<std::int64_t> seeds;
  for (const auto& [seed, on] : count) {
    if (on == tasks.size()) seeds.insert(seed);
  }
  return seeds;
}

// The algorithms with a seed on every task, and the seeds that all of them have.
Rectangle rectangle_of(const Dataset& data, const RunsByKey& runs, const std::string& family) {
  Rectangle result{.family = family, .tasks = {}, .algorithms = {}, .seeds = {}, .points = {}, .units = {}};
  std::set<std::size_t> tasks;
  for (const auto& [key, run] : runs) {
    if (data.tasks[run->task].family == family) tasks.insert(run->task);
  }
  result.tasks.assign(tasks.begin(), tasks.end());
  std::set<std::int64_t> common;
  for (std::size_t a = 0; a < data.algorithms.size(); ++a) {
    const std::set<std::int64_t> seeds = seeds_on_all(runs, result.tasks, a);
    if (seeds.empty()) continue;
    std::set<std::int64_t> both;
    std::ranges::set_intersection(common, seeds, std::inserter(both, both.end()));
    common = result.algorithms.empty() ? seeds : both;
    result.algorithms.push_back(a);
  }
  result.seeds.assign(common.begin(), common.end());
  std::vector<const Run*> all;
  for (const auto& [key, run] : runs) {
    if (tasks.contains(run->task)) all.push_back(run);
  }
  result.units = axis_units(data.tasks, result.tasks);
  result.points = common_points(all, result.units);
  return result;
}

void write_returns(Text& out, const std::vector<double>& returns) {
  put(out, "\"return\":[{}]", fmt::join(returns, ","));
}

double wall_seconds(const Run& run, std::size_t k) { return k < run.timing.size() ? run.timing[k].wall_seconds : 0; }

// Places of the run's evaluations at the rectangle's points, all of which it has.
std::vector<std::size_t> places_of(const Run& run, const Rectangle& rectangle) {
  std::vector<std::size_t> places;
  for (std::size_t k = 0; k < run.evaluations.size() && places.size() < rectangle.points.size(); ++k) {
    const double point = static_cast<double>(run.evaluations[k].step) / rectangle.units[run.task];
    if (point == rectangle.points[places.size()]) places.push_back(k);
  }
  return places;
}

void write_run(Text& out, const Run& run, const ReportOptions& options, const Rectangle& rectangle) {
  put(out, "\"seed_{}\":{{", run.seed);
  std::vector<std::size_t> places = places_of(run, rectangle);
  if (!options.include_initial && places.size() > 1) places.erase(places.begin());
  for (std::size_t j = 0; j < places.size(); ++j) {
    const std::size_t k = places[j];
    put(out, "\"step_{}\":{{\"step_count\":{},", j, run.evaluations[k].step);
    if (options.elapsed_time) put(out, "\"elapsed_time\":{},", wall_seconds(run, k) - wall_seconds(run, places[0]));
    write_returns(out, run.evaluations[k].returns);
    put(out, "}},");
  }
  put(out, "\"absolute_metrics\":{{");
  write_returns(out, (run.absolute ? *run.absolute : run.evaluations[places.back()]).returns);
  put(out, "}}}}");
}

template <class Labels>
std::vector<std::string> names_of(const std::vector<std::size_t>& indices, const Labels& label) {
  std::vector<std::string> labels;
  for (const std::size_t index : indices) labels.push_back(clean_text(label(index)));
  return distinct_names(labels);
}

void write_environment(Text& out, const Dataset& data, const RunsByKey& runs, const Rectangle& rectangle,
                       const ReportOptions& options) {
  const auto tasks = names_of(rectangle.tasks, [&](std::size_t index) { return short_label(data.tasks[index]); });
  const auto algorithms =
      names_of(rectangle.algorithms, [&](std::size_t index) { return data.algorithms[index].label; });
  put(out, "{}:{{", quoted(clean_text(rectangle.family)));
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    put(out, "{}{}:{{", t == 0 ? "" : ",", quoted(tasks[t]));
    for (std::size_t a = 0; a < algorithms.size(); ++a) {
      put(out, "{}{}:{{", a == 0 ? "" : ",", quoted(algorithms[a]));
      for (std::size_t s = 0; s < rectangle.seeds.size(); ++s) {
        if (s > 0) out.push_back(',');
        const Run& run = *runs.at({rectangle.tasks[t], rectangle.algorithms[a], rectangle.seeds[s]});
        write_run(out, run, options, rectangle);
      }
      out.push_back('}');
    }
    out.push_back('}');
  }
  out.push_back('}');
}

std::string readme_of(const Dataset& data, const RunsByKey& runs, const std::vector<Rectangle>& rectangles,
                      bool include_initial) {
  std::set<const Run*> exported;
  bool substituted = false, by_share = false, fewer_steps = false;
  for (const Rectangle& rectangle : rectangles) {
    by_share = by_share || is_share(rectangle.units);
    for (const std::size_t task : rectangle.tasks) {
      for (const std::size_t algorithm : rectangle.algorithms) {
        for (const std::int64_t seed : rectangle.seeds) {
          const Run* run = runs.at({task, algorithm, seed});
          exported.insert(run);
          substituted = substituted || !run->absolute;
          fewer_steps = fewer_steps || rectangle.points.size() < run->evaluations.size();
        }
      }
    }
  }
  const bool imported = std::ranges::any_of(data.runs, &Run::imported);
  const std::string imports = imported ? "\nImported runs are not exported.\n" : "";
  if (rectangles.empty())
    return "There is no metrics.json, because no run of this harness can be exported.\n" + imports;
  std::string text =
      "metrics.json is in the format of marl-eval: environment, task, algorithm, run, step. The metric \"return\" "
      "holds the\n"
      "undiscounted team return of every episode of an evaluation, step_count the nominal environment steps. Each "
      "environment has\n"
      "the largest set of runs that all of its algorithms have on all of its tasks.\n";
  if (!include_initial) text += "\nEvaluations of untrained policies, at step 0, are left out.\n";
  if (fewer_steps) {
    text +=
        "\nEvaluations at steps that not all runs of an environment have are left out: each run has the same steps "
        "here.\n";
  }
  if (substituted) {
    text += "\nWhere no absolute evaluation was made, absolute_metrics holds the episodes of the last evaluation.\n";
  }
  if (by_share) {
    text +=
        "\nTasks of one environment have different budgets: a step is the same share of each task's budget, and its\n"
        "step_count that of the task.\n";
  }
  text += imports;
  std::string left_out;
  for (const Run& run : data.runs) {
    if (!run.imported && !exported.contains(&run))
      left_out += "  " + clean_text(run.name) + " (" + std::string(to_text(run.state)) + ")\n";
  }
  if (!left_out.empty()) return text + "\nRuns that are not there:\n" + left_out;
  return text + (imported ? "\nEvery run of this harness is there.\n" : "\nEvery run is there.\n");
}

}  // namespace

void export_marl_eval(const Dataset& data, const ReportOptions& options, OutputFolder& folder) {
  const RunsByKey runs = complete_runs(data);
  std::vector<std::string> families;
  for (const auto& [key, run] : runs) {
    const std::string& family = data.tasks[run->task].family;
    if (std::ranges::find(families, family) == families.end()) families.push_back(family);
  }
  std::vector<Rectangle> rectangles;
  for (const std::string& family : families) {
    Rectangle rectangle = rectangle_of(data, runs, family);
    if (!rectangle.seeds.empty() && !rectangle.points.empty()) rectangles.push_back(std::move(rectangle));
  }
  folder.write("export/marl-eval/README.txt", readme_of(data, runs, rectangles, options.include_initial));
  if (rectangles.empty()) return;  // an empty object would be read as results
  Text out;
  for (const Rectangle& rectangle : rectangles) {
    out.push_back(out.size() == 0 ? '{' : ',');
    write_environment(out, data, runs, rectangle, options);
  }
  put(out, "}}\n");
  folder.write("export/marl-eval/metrics.json", {out.data(), out.size()});
}

}  // namespace tutti::reports
