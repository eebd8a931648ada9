#include "reports/text/wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "reports/data/protocols.hpp"
#include "reports/text/numbers.hpp"

namespace tutti::reports {
namespace {

std::string steps_text(std::int64_t count) { return count_text(static_cast<double>(count)); }

// "a, b and c"
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

}  // namespace

std::vector<std::size_t> display_order(const Analysis& analysis, const ReportOptions& options) {
  std::vector<std::size_t> order;
  const bool ours_first = options.ours_first;
  for (const bool proposed : {ours_first, !ours_first}) {
    for (std::size_t a = 0; a < analysis.algorithms.size(); ++a) {
      if (analysis.algorithms[a].proposed == proposed) order.push_back(a);
    }
  }
  return order;
}

std::vector<Family> families(const Analysis& analysis) {
  std::vector<Family> out;
  for (std::size_t m = 0; m < analysis.tasks.size(); ++m) {
    const std::string& name = analysis.tasks[m].family;
    auto found = std::find_if(out.begin(), out.end(), [&](const Family& family) { return family.name == name; });
    if (found == out.end()) found = out.insert(out.end(), Family{name, {}});
    found->tasks.push_back(m);
  }
  return out;
}

std::int64_t common_runs(const Analysis& analysis) {
  std::int64_t runs = 0;
  for (const auto& row : analysis.main.cells) {
    for (const Cell& cell : row) runs = std::max(runs, cell.n);
  }
  return runs;
}

std::string with_full_stop(std::string text) {
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

std::string sentence(std::string text) {
  if (text.empty()) return text;
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return with_full_stop(std::move(text));
}

bool has_intervals(const Aggregates& aggregates) {
  return std::ranges::any_of(aggregates.algorithms, [](const Aggregate& a) { return a.iqm.interval.has_value(); });
}

std::string interval_text(const std::optional<Interval>& interval, int decimals) {
  if (!interval || std::isnan(interval->low) || std::isnan(interval->high)) return "";
  return fmt::format("[{}, {}]", fixed(interval->low, decimals), fixed(interval->high, decimals));
}

std::string spread_name(const ReportOptions& options) {
  if (options.spread == SpreadKind::kDeviationN) return "standard deviation (divisor N)";
  if (options.spread == SpreadKind::kError) return "standard error of the mean";
  if (options.spread == SpreadKind::kInterval)
    return fmt::format("half width of the {:g} % interval", 100 * options.level);
  return "standard deviation (divisor N−1)";
}

std::string mark_rule(const ReportOptions& options) {
  if (options.mark == Underline::kOverlap) return "mean ± sd overlaps that of the best cell of the row";
  if (options.mark == Underline::kBootstrap) {
    return fmt::format("the {:g} % bootstrap interval of its difference from the best contains 0", 100 * options.level);
  }
  if (options.mark == Underline::kSecond) return "the second-best mean";
  return "not distinguishable from the best (Welch's t-test, two-sided, p ≥ 0.05 after Holm's correction over the row)";
}

std::string threshold_text(const ReportOptions& options) {
  if (options.threshold == ThresholdKind::kFraction) {
    return fmt::format(
        "base + {:g} · (peak − base), with base the mean return of all untrained policies and peak the highest point "
        "of the best baseline's mean curve",
        options.fraction);
  }
  if (options.threshold == ThresholdKind::kValue) return "the return that the suite sets for the task";
  return "the highest point of the best baseline's mean curve";
}

std::string crossing_text(const ReportOptions& options) {
  return std::string("first environment step at which a run's evaluation curve reaches the threshold") +
         (options.interpolate ? ", interpolated between evaluations" : "") +
         (options.hold > 1 ? fmt::format(", and stays there for {} evaluations", options.hold) : "");
}

std::string speed_up_text(const ReportOptions& options) {
  const std::string own =
      "T(b)/T(a), where T(a) is the step at which the mean curve of algorithm a reaches the threshold and T(b) the "
      "step at which that of the best baseline, the one with the highest peak, ";
  if (options.threshold != ThresholdKind::kBaselinePeak) return own + "reaches it";
  return own + "first has its peak" + (options.hold > 1 ? ", which it need not hold" : "");
}

const char* to_text(SpeedUp::Kind kind) {
  switch (kind) {
    case SpeedUp::Kind::kNone:
      break;
    case SpeedUp::Kind::kReached:
      return "reached";
    case SpeedUp::Kind::kCensored:
      return "not reached";
    case SpeedUp::Kind::kAtStart:
      return "at start";
    case SpeedUp::Kind::kSelf:
      return "best baseline";
    case SpeedUp::Kind::kBaselineAtStart:
      return "baseline at start";
    case SpeedUp::Kind::kBaselineNever:
      return "baseline never reached";
    case SpeedUp::Kind::kNobody:
      return "nobody reached";
    case SpeedUp::Kind::kNoBaseline:
      return "no baseline";
  }
  return "none";
}

std::string small_sample_note(std::int64_t runs) {
  if (runs < 1 || runs > 5) return "";
  if (runs < 3) return " With fewer than three runs in a cell there is no interval and no verdict.";
  return " With three to five runs intervals are too narrow: in simulations, nominal 95 % intervals of the "
         "interquartile mean over ten tasks cover it in 87 % (N = 3) to 92 % (N = 5) of cases, bootstrap intervals of "
         "one task's mean in 76 % to 83 %.";
}

std::string left_out_text(const std::vector<std::int64_t>& seeds) {
  return fmt::format("left out, because incomplete on some task: seed {}", fmt::join(seeds, ", "));
}

std::string runs_per_task(const Aggregate& aggregate) {
  return aggregate.most > aggregate.n ? fmt::format("{} to {}", aggregate.n, aggregate.most)
                                      : fmt::format("{}", aggregate.n);
}

std::int64_t fewest_runs(const Aggregates& aggregates) {
  std::int64_t fewest = 0;
  for (const Aggregate& each : aggregates.algorithms) {
    if (each.n > 0 && (fewest == 0 || each.n < fewest)) fewest = each.n;
  }
  return fewest;
}

std::vector<Protocol> protocols_of(const Analysis& analysis) {
  return distinct_protocols(analysis.tasks, analysis.protocol);
}

std::vector<Protocol> run_protocols(const Analysis& analysis) {
  std::vector<Protocol> result = protocols_of(analysis);
  if (!analysis.data) return result;
  for (const Run& run : analysis.data->runs) {
    if (run.protocol.is_known() && std::ranges::find(result, run.protocol) == result.end())
      result.push_back(run.protocol);
  }
  return result;
}

std::string budget_text(const Analysis& analysis) {
  const std::vector<Protocol> protocols = protocols_of(analysis);
  const char* units = analysis.units_differ_within_tasks ? "returns are not in one unit" : "";
  if (protocols.empty()) {
    const std::string budgets = analysis.budgets_differ_within_tasks ? "at unequal budgets" : "";
    return budgets + (budgets.empty() || *units == 0 ? "" : "; ") + units;
  }
  const auto steps = [](const Protocol& protocol) { return protocol.environment_steps; };
  const std::string text = each_number(protocols, steps, [](std::int64_t count) { return steps_text(count); });
  const bool one = text == steps_text(protocols.front().environment_steps);
  return text + " environment steps each" + (one ? "" : ", by task") +
         (analysis.budgets_differ_within_tasks ? ", but not of all runs" : "") + (*units == 0 ? "" : "; ") + units;
}

std::string budget_note(const Analysis& analysis) {
  std::map<std::int64_t, std::vector<std::string>> tasks;  // by budget
  for (const TaskInfo& task : analysis.tasks) {
    if (task.protocol.is_known()) tasks[task.protocol.environment_steps].push_back(task.shown());
  }
  if (tasks.size() < 2) return "";
  const auto usual = std::ranges::max_element(tasks, {}, [](const auto& entry) { return entry.second.size(); });
  std::string others;
  for (const auto& [budget, names] : tasks) {
    if (budget == usual->first) continue;
    others += fmt::format("{} {} on {}", others.empty() ? ", but" : ";", steps_text(budget), listed(names));
  }
  return fmt::format(" Each task at its own budget: {} environment steps{}.", steps_text(usual->first), others);
}

namespace {

// The tasks whose reference range gave way to bounds of the suite or the command line.
std::string pinned_tasks(const Analysis& analysis) {
  std::vector<std::string> names;
  for (const TaskInfo& task : analysis.tasks) {
    if (task.bounds.low_source == kGivenBounds) names.push_back(task.shown());
  }
  return names.empty() ? "" : ", but on " + listed(names) + " the bounds that were given";
}

}  // namespace

std::string scale_note(const Analysis& analysis) {
  switch (analysis.normalization) {
    case Normalization::kMinmax:
      return "; min–max scores are relative to the algorithms compared";
    case Normalization::kReference:
      return "; 0 is random play and 1 the achievement that each task names" + pinned_tasks(analysis) +
             ", and scores may lie outside";
    case Normalization::kPinned:
      return "; 0 and 1 are the bounds that were given, and scores may lie outside";
    default:
      return "";
  }
}

std::string to_text(Normalization normalization) {
  switch (normalization) {
    case Normalization::kAuto:
      break;
    case Normalization::kReference:
      return "reference ranges";
    case Normalization::kMinmax:
      return "min–max";
    case Normalization::kPinned:
      return "given bounds";
    case Normalization::kNone:
      return "none";
  }
  return "auto";
}

}  // namespace tutti::reports
