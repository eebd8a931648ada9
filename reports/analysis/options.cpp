#include "reports/analysis/options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class Enum>
using Names = std::vector<std::pair<const char*, Enum>>;

// An option with named values: text outside, an enumerator inside.
template <class Enum>
void choice(Parameters& parameter, const char* name, Enum& field, const Names<Enum>& names, const char* description) {
  std::vector<std::string> words;
  std::string chosen;
  for (const auto& [word, value] : names) {
    words.emplace_back(word);
    if (value == field) chosen = word;
  }
  parameter(name, chosen, one_of(std::move(words)), description);
  for (const auto& [word, value] : names) {
    if (chosen == word) field = value;
  }
}

[[noreturn]] void refuse(std::string_view option, const std::string& what) {
  throw Error(fmt::format("report option \"{}\": {}", option, what));
}

// An option that is written as text and read by `parse`.
template <class Value, class Parse>
void text_option(Parameters& parameter, const char* name, Value& field, Parse parse, const char* description) {
  std::string text = to_text(field);
  parameter(name, text, any_value(), description);
  try {
    field = parse(text);
  } catch (const Error& error) {
    refuse(name, error.what());
  }
}

ParameterValues to_values(const std::map<std::string, results::ReportOption>& options) {
  ParameterValues values;
  for (const auto& [name, option] : options) {
    std::visit([&, &key = name](const auto& value) { values[key] = value; }, option);
  }
  return values;
}

void refuse_unknown(const ParameterValues& values) {
  ParameterSchema schema;
  declare_options(schema);
  for (const auto& [name, value] : values) {
    bool known = false;
    for (const ParameterSpec& spec : schema) known = known || spec.name == name;
    if (!known) throw Error("unknown report option \"" + name + "\"");
  }
}

[[noreturn]] void refuse_second(const std::string& option, const std::string& task) {
  throw Error("report option \"" + option + "\" has two different values for " + task);
}

// What a plan says of its own tasks.
void add_by_task(const results::PlanRecord& plan, ReportOptions& options) {
  for (const auto& [task, bounds] : plan.bounds) {
    const Bounds& kept = options.bounds.emplace(task, Bounds{bounds.low, bounds.high}).first->second;
    if (kept.low != bounds.low || kept.high != bounds.high) refuse_second("bounds", task);
  }
  for (const auto& [task, value] : plan.thresholds) {
    if (options.thresholds.emplace(task, value).first->second != value) refuse_second("thresholds", task);
  }
}

std::optional<results::PlanRecord> plan_if_readable(const std::filesystem::path& folder) {
  try {
    return results::read_plan_record(folder);
  } catch (const Error&) {
    return std::nullopt;  // analyse() names the damage; the defaults serve until then
  }
}

}  // namespace

std::string to_text(const Score& score) {
  switch (score.kind) {
    case Score::Kind::kAbsolute:
      return "absolute";
    case Score::Kind::kBest:
      return "best";
    case Score::Kind::kLast:
      return "last-" + std::to_string(score.count);
    case Score::Kind::kFinal:
      break;
  }
  return "final";
}

Score parse_score(std::string_view text) {
  if (text == "final") return {.kind = Score::Kind::kFinal};
  if (text == "absolute") return {.kind = Score::Kind::kAbsolute};
  if (text == "best") return {.kind = Score::Kind::kBest};
  if (text.starts_with("last-")) {
    const auto count = number<std::int64_t>(text.substr(5));
    if (count && *count > 0) return {.kind = Score::Kind::kLast, .count = *count};
  }
  throw Error(fmt::format("expected final, absolute, best or last-<number of evaluations> (is \"{}\")", text));
}

std::string to_text(const Smoothing& smoothing) {
  switch (smoothing.kind) {
    case Smoothing::Kind::kCentered:
      return "centered " + std::to_string(smoothing.window);
    case Smoothing::Kind::kTrailing:
      return "trailing " + std::to_string(smoothing.window);
    case Smoothing::Kind::kExponential:
      return fmt::format("ema {}", smoothing.alpha);
    case Smoothing::Kind::kNone:
      break;
  }
  return "none";
}

Smoothing parse_smoothing(std::string_view text) {
  if (text == "none") return {};
  const std::size_t space = text.find(' ');
  const std::string_view kind = text.substr(0, space);
  const std::string_view amount = space == std::string_view::npos ? "" : text.substr(space + 1);
  const auto alpha = number<double>(amount);
  const auto window = number<std::int64_t>(amount);
  if (kind == "ema" && alpha && *alpha >= 0 && *alpha < 1)
    return {.kind = Smoothing::Kind::kExponential, .alpha = *alpha};
  if (kind == "trailing" && window && *window >= 1) return {.kind = Smoothing::Kind::kTrailing, .window = *window};
  if (kind == "centered" && window && *window >= 1 && *window % 2 == 1)
    return {.kind = Smoothing::Kind::kCentered, .window = *window};
  throw Error(fmt::format(
      "expected none, \"centered <odd number>\", \"trailing <number>\" or \"ema <number in [0, 1)>\" (is \"{}\")",
      text));
}

void ReportOptions::declare(Parameters& parameter) {
  text_option(parameter, "score", score, parse_score,
              "score of the tables: final, absolute, best or last-<evaluations>");
  text_option(parameter, "aggregate_score", aggregate_score, parse_score,
              "score of aggregates across tasks; the same choices");
  choice(parameter, "normalize", normalize,
         {{"auto", Normalization::kAuto},
          {"reference", Normalization::kReference},
          {"minmax", Normalization::kMinmax},
          {"pinned", Normalization::kPinned},
          {"none", Normalization::kNone}},
         "what maps returns to [0, 1]; auto: reference where every task has a range, else minmax");
  choice(parameter, "failed", failed, {{"exclude", FailedRuns::kExcluded}, {"worst", FailedRuns::kWorst}},
         "how failed runs count");
  parameter("ragged", ragged, any_value(), "aggregate different numbers of runs per task, each task weighing the same");
  parameter("mixed", mixed, any_value(),
            "report runs of different code, libraries, configurations or protocols together");
  parameter("level", level, {.low = 0, .high = 1, .low_open = true, .high_open = true, .choices = {}},
            "confidence level of every interval");
  parameter("bootstrap_seed", bootstrap_seed, at_least(0), "seed of every bootstrap");
  parameter("replicates", replicates, between(1, 1e7), "bootstrap replicates of aggregates");
  parameter("improvement_replicates", improvement_replicates, between(1, 1e7), "of the probability of improvement");
  parameter("profile_replicates", profile_replicates, between(1, 1e7), "of performance profiles");
  parameter("efficiency_replicates", efficiency_replicates, between(1, 1e7), "of aggregate sample-efficiency curves");
  parameter("curve_replicates", curve_replicates, between(1, 1e7), "of one task's curves, speed-ups and areas");
  parameter("task_bootstrap", task_bootstrap, any_value(),
            "resample tasks as well: intervals for other tasks of the kind");
  choice(parameter, "interval", interval,
         {{"student", MeanInterval::kStudent}, {"bootstrap", MeanInterval::kBootstrap}}, "interval of one task's mean");
  choice(parameter, "profile", profile, {{"runs", ProfileOf::kRuns}, {"averages", ProfileOf::kAverages}},
         "what a performance profile counts");
  choice(parameter, "threshold", threshold,
         {{"baseline-peak", ThresholdKind::kBaselinePeak},
          {"fraction", ThresholdKind::kFraction},
          {"value", ThresholdKind::kValue}},
         "return that has to be reached; value: the thresholds of the tasks");
  parameter("fraction", fraction, between(0, 1),
            "of the way to the best baseline's peak, for threshold = \"fraction\"");
  parameter("hold", hold, at_least(1), "evaluations in a row that must reach the threshold");
  parameter("interpolate", interpolate, any_value(), "interpolate between evaluations where the threshold is crossed");
  choice(parameter, "band", band,
         {{"ci", Band::kInterval},
          {"sd", Band::kDeviation},
          {"sem", Band::kError},
          {"minmax", Band::kRange},
          {"none", Band::kNone}},
         "what is shaded around learning curves");
  text_option(parameter, "smooth", smooth, parse_smoothing,
              "of drawn curves only: none, \"centered 3\", \"trailing 3\", \"ema 0.6\"");
  parameter("runs", runs, any_value(), "draw every run as a thin line");
  choice(parameter, "mark", mark,
         {{"welch", Underline::kWelch},
          {"overlap", Underline::kOverlap},
          {"bootstrap", Underline::kBootstrap},
          {"second", Underline::kSecond}},
         "which cells are underlined");
  choice(parameter, "spread", spread,
         {{"sd", SpreadKind::kDeviation},
          {"sd0", SpreadKind::kDeviationN},
          {"sem", SpreadKind::kError},
          {"ci", SpreadKind::kInterval}},
         "what follows the plus-minus sign");
  choice(parameter, "ours", ours_first, {{"last", false}, {"first", true}},
         "where proposed algorithms stand in tables");
  choice(parameter, "latex", latex, {{"plain", LatexStyle::kPlain}, {"siunitx", LatexStyle::kSiunitx}},
         "style of LaTeX tables");
  parameter(
      "published", published, any_value(),
      "published figures beside the measured ones: auto, omad, none, or a file; reports/README.md shows its format");
  parameter("behaviour", behaviour, any_value(),
            "show what the best run of each algorithm does on each task, as film strips made from its run folder");
  parameter("include_initial", include_initial, any_value(), "export the untrained evaluation to marl-eval");
  parameter("elapsed_time", elapsed_time, any_value(), "export elapsed_time to marl-eval");
}

std::map<std::string, std::string> ReportOptions::problems_by_task() const {
  std::map<std::string, std::string> problems;
  for (const auto& [task, range] : bounds) {
    if (!std::isfinite(range.low) || !std::isfinite(range.high))
      problems.emplace("bounds", "both have to be finite numbers for " + task);
    else if (!(range.low < range.high))
      problems.emplace("bounds", "low is not below high for " + task + "; swap or change them");
  }
  for (const auto& [task, value] : thresholds) {
    if (!std::isfinite(value)) problems.emplace("thresholds", "it has to be a finite number for " + task);
  }
  if (normalize == Normalization::kPinned && bounds.empty())
    problems.emplace("normalize", "\"pinned\" needs bounds: [report.bounds] in the suite, or --bounds TASK LOW HIGH");
  if (threshold == ThresholdKind::kValue && thresholds.empty()) {
    problems.emplace("threshold",
                     "\"value\" needs thresholds: [report.thresholds] in the suite, or --thresholds TASK VALUE");
  }
  return problems;
}

void ReportOptions::check_values_by_task() const {
  const auto problems = problems_by_task();
  if (!problems.empty()) refuse(problems.begin()->first, problems.begin()->second);
}

void declare_options(ParameterSchema& schema) { declare_parameters<ReportOptions>(schema); }

ReportOptions planned_options(const results::PlanRecord& plan) {
  auto options = read_parameters<ReportOptions>(to_values(plan.report_options));
  add_by_task(plan, options);
  return options;
}

ReportOptions resolve_options(std::span<const std::filesystem::path> folders, const OptionOverrides& overrides) {
  ParameterValues values;
  ReportOptions by_task;
  for (const std::filesystem::path& folder : folders) {
    const auto plan = plan_if_readable(folder);
    if (!plan) continue;
    if (&folder == &folders.front()) values = to_values(plan->report_options);
    add_by_task(*plan, by_task);
  }
  for (const auto& [name, value] : overrides.values) values[name] = value;
  refuse_unknown(values);
  auto options = read_parameters<ReportOptions>(values);
  options.bounds = std::move(by_task.bounds);
  options.thresholds = std::move(by_task.thresholds);
  for (const auto& [task, range] : overrides.bounds) options.bounds[task] = range;
  for (const auto& [task, value] : overrides.thresholds) options.thresholds[task] = value;
  return options;
}

}  // namespace tutti::reports
