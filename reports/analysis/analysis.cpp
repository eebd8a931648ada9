// Puts the sections of an Analysis together.
#include "reports/analysis/analysis.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "reports/analysis/comparability.hpp"
#include "reports/analysis/differences.hpp"
#include "reports/analysis/published.hpp"
#include "reports/analysis/sections.hpp"
#include "reports/data/import/import.hpp"
#include "reports/data/protocols.hpp"
#include "reports/data/reading.hpp"
#include "tutti/error.hpp"

#ifndef TUTTI_VERSION
#error "the build defines TUTTI_VERSION"
#endif

namespace tutti::reports {
namespace {

constexpr std::int64_t kFewRuns = 10;
constexpr Score kFallbackScore{.kind = Score::Kind::kLast, .count = 10};

// Those that are left out as damaged have no say in what the runs have in common.
std::vector<const Run*> recorded_runs(const Dataset& data) {
  std::vector<const Run*> runs;
  for (const Run& run : data.runs) {
    if (run.record && run.state != RunState::kDamaged) runs.push_back(&run);
  }
  return runs;
}

void refuse_mixed(const Dataset& data, const ReportOptions& options, Analysis& analysis) {
  analysis.differences = differences_between(recorded_runs(data), data);
  const bool refused = std::ranges::any_of(analysis.differences, &Difference::refused);
  if (!refused) return;
  if (!options.mixed) {
    throw Error("the runs differ in what made them; --mixed reports them together anyway:" +
                describe_differences(analysis.differences));
  }
  analysis.warnings.push_back(
      "The runs differ in what made them (see the differences); their numbers may not be comparable");
}

// Aggregates cover the suites' own tasks; tasks that only an import has are shown, not aggregated.
std::vector<std::size_t> aggregated_tasks(const Dataset& data) {
  std::set<std::size_t> own, all;
  for (const Run& run : data.runs) {
    all.insert(run.task);
    if (!run.imported) own.insert(run.task);
  }
  const std::set<std::size_t>& chosen = own.empty() ? all : own;
  return {chosen.begin(), chosen.end()};
}

// A damaged absolute.csv takes the run out of the aggregate; only a protocol without one changes the score.
bool lacks_absolute(const Run& run) {
  const bool by_protocol = run.imported || (run.record && !run.record->protocol.absolute);
  return run.state == RunState::kFinished && !run.absolute && by_protocol;
}

// What is shown and not aggregated has no say: algorithms without a seed on all of the tasks, tasks of imports.
Score aggregate_score_of(const Material& material, std::vector<std::string>& warnings) {
  const Dataset& data = material.data;
  const ReportOptions& options = material.options;
  if (options.aggregate_score.kind != Score::Kind::kAbsolute) return options.aggregate_score;
  std::vector<std::string> without;
  std::set<double> shares;  // of a run's evaluations that the score in its place would average
  for (std::size_t a = 0; a < data.algorithms.size(); ++a) {
    std::int64_t lacking = 0, all = 0;
    for (const auto& runs : select(material.table, material.tasks, a, {}, options.ragged).runs) {
      for (const Run* run : runs) {
        ++all;
        lacking += lacks_absolute(*run) ? 1 : 0;
        if (!run->evaluations.empty()) shares.insert(share_of_last(*run, kFallbackScore.count));
      }
    }
    const std::string& label = data.algorithms[a].label;
    if (lacking > 0)
      without.push_back(lacking == all ? label : fmt::format("{} of {} runs of {}", lacking, all, label));
  }
  if (without.empty()) return options.aggregate_score;
  // Scores of one report average the same part of the training.
  const bool alike = shares.empty() || *shares.rbegin() <= kAlikeShares * *shares.begin();
  const Score score = alike ? kFallbackScore : Score{.kind = Score::Kind::kFinal};
  warnings.push_back(fmt::format(
      "No absolute evaluation was made of {}; aggregates use {} instead{}", fmt::join(without, ", "), to_text(score),
      alike ? ""
            : fmt::format(", because {} would be another share of the training of each", to_text(kFallbackScore))));
  return score;
}

void add_failures(const Dataset& data, const ReportOptions& options, Analysis& analysis) {
  for (const Run& run : data.runs) {
    const std::string& task = data.tasks[run.task].label;
    const std::string& algorithm = data.algorithms[run.algorithm].label;
    if (run.state == RunState::kFailed) {
      analysis.failures.push_back({.task = task,
                                   .algorithm = algorithm,
                                   .seed = run.seed,
                                   .environment_steps = run.record->progress.environment_steps,
                                   .failure = run.record->failure.value_or(results::Failure{})});
    } else if (run.state != RunState::kFinished) {
      analysis.missing.push_back({task, algorithm, run.seed, run.state});
    }
  }
  if (analysis.failures.empty()) return;
  analysis.warnings.push_back(options.failed == FailedRuns::kExcluded
                                  ? "Failed runs are left out of every score, which flatters an algorithm that fails"
                                  : "Failed runs count with the lowest mean return of any evaluation on their task");
}

void warn_of_late_evaluations(const Dataset& data, Analysis& analysis) {
  for (const Run& run : data.runs) {
    const bool late = std::ranges::any_of(run.evaluations, [&](const Evaluation& evaluation) {
      return !run.imported && evaluation.actual_step - evaluation.step > run.protocol.interval;
    });
    if (late)
      analysis.warnings.push_back(run.name + ": evaluations happened more than one interval after their nominal step");
  }
}

void warn_of_builds(const Dataset& data, Analysis& analysis) {
  bool modified = false, slow = false;
  for (const Run& run : data.runs) {
    if (!run.record) continue;
    modified = modified || run.record->code.modified;
    slow = slow || run.record->code.build_type == "Debug";
  }
  if (modified) analysis.warnings.push_back("Some runs were made from a source tree with uncommitted changes");
  if (slow) analysis.warnings.push_back("Some runs were made by a debug build; their times mean little");
}

void warn_of_runs_without_update(const Dataset& data, Analysis& analysis) {
  std::map<std::string, std::set<std::string>> tasks;  // by algorithm
  for (const Run& run : data.runs) {
    if (run.never_learned()) tasks[data.algorithms[run.algorithm].label].insert(data.tasks[run.task].label);
  }
  for (const auto& [algorithm, labels] : tasks) {
    std::string names;
    for (const std::string& label : labels) names += (names.empty() ? "" : ", ") + label;
    analysis.warnings.push_back(algorithm + " made no update on " + names +
                                ": its runs ended before their first one and never learned; their cells are not bold");
  }
}

void warn_of_unevaluated_steps(const Dataset& data, Analysis& analysis) {
  const std::vector<Protocol> protocols = distinct_protocols(data.tasks, data.protocol);
  for (const Protocol& protocol : protocols) {
    const std::int64_t rest = protocol.unevaluated_steps();
    if (rest == 0) continue;
    std::string tasks;
    for (const TaskInfo& task : data.tasks) {
      if (protocols.size() > 1 && task.protocol == protocol) tasks += (tasks.empty() ? " on " : ", ") + task.label;
    }
    analysis.warnings.push_back("The last " + std::to_string(rest) + " of " +
                                std::to_string(protocol.environment_steps) + " environment steps of each run" + tasks +
                                " are not evaluated: the interval does not divide the budget");
  }
}

void warn_of_few_runs(const Material& material, Analysis& analysis) {
  std::int64_t fewest = kFewRuns;
  for (const auto& row : material.table) {
    for (const auto& runs : row) {
      if (!runs.empty()) fewest = std::min(fewest, static_cast<std::int64_t>(runs.size()));
    }
  }
  if (fewest >= kFewRuns) return;
  const std::string cells = "Cells with as few as " + std::to_string(fewest) + (fewest == 1 ? " run: " : " runs: ");
  analysis.warnings.push_back(cells + (fewest < kLeastRuns
                                           ? "where there are fewer than three there is no interval and no verdict"
                                           : "bootstrap intervals from fewer than 10 runs are too narrow"));
}

// A misspelt task would otherwise be left without its value in silence.
template <class Values>
void refuse_unknown_tasks(const Dataset& data, const char* option, const Values& values) {
  for (const auto& [label, value] : values) {
    if (std::ranges::find(data.tasks, label, &TaskInfo::label) != data.tasks.end()) continue;
    std::string tasks;
    for (const TaskInfo& task : data.tasks) tasks += (tasks.empty() ? "" : ", ") + task.label;
    throw Error(std::string("report option \"") + option + "\": there is no task \"" + label +
                "\" among the runs; tasks: " + tasks);
  }
}

void fill_header(const Dataset& data, const ReportOptions& options, Analysis& analysis) {
  analysis.suite = data.suite;
  analysis.suite_digests = data.suite_digests;
  analysis.version = TUTTI_VERSION;
  analysis.tasks = data.tasks;
  analysis.algorithms = data.algorithms;
  analysis.protocol = data.protocol;
  std::set<std::int64_t> seeds;
  for (const Run& run : data.runs) seeds.insert(run.seed);
  analysis.seeds.assign(seeds.begin(), seeds.end());
  Facts facts = facts_of(recorded_runs(data));
  analysis.code = std::move(facts.code);
  analysis.libraries = std::move(facts.libraries);
  analysis.machine = std::move(facts.machine);
  analysis.numerics = std::move(facts.numerics);
  analysis.damage = data.damage;
  add_failures(data, options, analysis);
  warn_of_late_evaluations(data, analysis);
  warn_of_unevaluated_steps(data, analysis);
  warn_of_runs_without_update(data, analysis);
  warn_of_builds(data, analysis);
  analysis.warnings.insert(analysis.warnings.end(), data.notes.begin(), data.notes.end());
}

// What was measured of the same algorithm after as many steps.
void measure_coverage(const Material& material, Published& published) {
  for (PublishedCoverage& figure : published.coverage) {
    const auto step = static_cast<double>(figure.step);
    for (const std::size_t algorithm : measured_algorithms(figure.algorithm, material.data.algorithms)) {
      figure.measured.push_back({algorithm, coverage_after(material, figure.task, algorithm, step)});
    }
  }
}

// Different units and budgets come first: they weigh most.
void warn_of_comparisons(const Material& material, Analysis& analysis) {
  const std::vector<std::string> budgets = different_budgets(material), units = different_units(material);
  analysis.budgets_differ_within_tasks = !budgets.empty();
  analysis.units_differ_within_tasks = !units.empty();
  for (const auto& sentences : {different_shares(material), unknown_units(material), budgets})
    analysis.warnings.insert(analysis.warnings.begin(), sentences.begin(), sentences.end());
  analysis.warnings.insert(analysis.warnings.begin(), units.begin(), units.end());
  for (const auto& sentences : {early_ends(material), unlike_steps(material), unused_options(material)})
    analysis.warnings.insert(analysis.warnings.end(), sentences.begin(), sentences.end());
}

void fill_sections(const Material& material, Analysis& analysis) {
  warn_of_comparisons(material, analysis);
  warn_of_few_runs(material, analysis);
  if (material.options.ragged) {
    analysis.warnings.push_back("Aggregates weigh tasks, not runs, the same (ragged): not comparable with rliable");
  }
  analysis.main = score_table(material);
  analysis.aggregates = aggregates_of(material);
  analysis.curves = curves_of(material, analysis.warnings);
  analysis.efficiency = efficiency_of(material, analysis.warnings);
  analysis.milestones = milestones_of(material);
  analysis.coverage = coverage_of(material);
  analysis.runtime = runtime_of(material);
}

}  // namespace

Analysis analyse(std::span<const std::filesystem::path> folders, const ReportOptions& options) {
  options.check_values_by_task();
  auto data = std::make_shared<Dataset>(read_suites(folders));
  if (!options.imports.empty()) import_results(options.imports, options.unit, *data);
  if (options.failed == FailedRuns::kWorst) count_failures_as_worst({data.get()});
  if (data->runs.empty()) throw Error("there is no run to report");
  refuse_unknown_tasks(*data, "bounds", options.bounds);
  refuse_unknown_tasks(*data, "thresholds", options.thresholds);

  Analysis analysis;
  refuse_mixed(*data, options, analysis);
  fill_header(*data, options, analysis);
  Material material{.data = *data,
                    .options = options,
                    .table = usable_runs(*data),
                    .bounds = {},
                    .tasks = aggregated_tasks(*data),
                    .score = options.score,
                    .aggregate_score = {},
                    .clock = training_clock(*data)};
  material.aggregate_score = aggregate_score_of(material, analysis.warnings);
  material.normalization = analysis.normalization = normalization_of(*data, options, material.tasks);
  material.bounds = bounds_of(*data, options, material.normalization, material.tasks, analysis.warnings);
  for (std::size_t task = 0; task < analysis.tasks.size(); ++task) analysis.tasks[task].bounds = material.bounds[task];
  fill_sections(material, analysis);
  analysis.published = published_figures(options.published, analysis.tasks, analysis.algorithms);
  if (analysis.published) measure_coverage(material, *analysis.published);
  analysis.data = std::move(data);
  return analysis;
}

}  // namespace tutti::reports
