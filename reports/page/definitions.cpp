// What each term of a report means.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "reports/analysis/scores.hpp"
#include "reports/data/protocols.hpp"
#include "reports/page/contents.hpp"

namespace tutti::reports {
namespace {

std::string normalisation(Normalization chosen) {
  if (chosen == Normalization::kPinned) return "lo and hi of each task are the bounds that were given";
  if (chosen == Normalization::kReference) {
    return "lo and hi are the task's reference range, unless the suite sets its own: the mean return of uniformly "
           "random play, and a named achievement. The table of tasks gives both with their sources. The range does not "
           "depend on the algorithms compared; a score above 1 exceeds the achievement, one below 0 is worse than "
           "random play";
  }
  if (chosen == Normalization::kNone) return "switched off here, so nothing is aggregated across tasks";
  return "lo and hi are the smallest and largest single-episode return of the task over all algorithms, runs and "
         "evaluations after step 0, absolute evaluations included; so the score is relative to the algorithms compared";
}

// Which tasks and runs a replicate draws.
std::string draws(const ReportOptions& options) {
  const std::string runs = "N runs with replacement within each task, independently for every task";
  return options.task_bootstrap ? "as many tasks with replacement as there are, and " + runs : runs;
}

std::string speed_up(const ReportOptions& options) {
  const std::string way =
      "the ratio is also given at 50 and 90 % of the way from the untrained return to the best baseline's peak, where "
      "both sides are measured by first crossing.";
  const std::string own = sentence(speed_up_text(options)) + " Not reached: shown as below T(b)/budget";
  if (options.threshold == ThresholdKind::kBaselinePeak) return own + ". As a peak is a late and lucky point, " + way;
  return own + "; not reached by the baseline: as above budget/T(a). Apart from this threshold, " + way;
}

// "deterministic", or "deterministic or sampled".
std::string each_word(const std::vector<Protocol>& protocols, std::string Protocol::*member) {
  std::set<std::string> words;
  for (const Protocol& protocol : protocols) words.insert(protocol.*member);
  return fmt::format("{}", fmt::join(words, " or "));
}

std::string evaluation(const std::vector<Protocol>& protocols) {
  if (protocols.empty()) {
    return "Episodes without learning. How many, how often and with which policy, imported results do not record.";
  }
  return fmt::format(
      "{} episodes without learning, every {} environment steps{}, with the {} policy on {} initial states; evaluation "
      "0 is the untrained policy.",
      each_number(protocols, [](const Protocol& p) { return p.episodes; }),
      each_number(protocols, [](const Protocol& p) { return p.interval; }),
      budgets_differ(protocols) ? " (the table of tasks says which)" : "", each_word(protocols, &Protocol::mode),
      each_word(protocols, &Protocol::seeds));
}

std::string iqm(const ReportOptions& options) {
  return options.ragged ? "All normalised scores of an algorithm are sorted together, a run of task m with the weight "
                          "1/(M·N_m), so that each task weighs the same; the middle half of the weight is averaged."
                        : "All N·M normalised scores of an algorithm are sorted together, floor(N·M/4) are dropped "
                          "from each end, the rest is averaged.";
}

std::string profile(const ReportOptions& options) {
  if (options.profile == ProfileOf::kAverages) {
    return "For every threshold τ the fraction of tasks on which the mean normalised score is strictly above τ.";
  }
  return "For every threshold τ the fraction of runs (over all tasks) whose normalised score is strictly above τ" +
         std::string(options.ragged ? "; each task weighs the same." : ".");
}

std::vector<const Run*> all_runs(const Analysis& analysis) {
  std::vector<const Run*> runs;
  if (!analysis.data) return runs;
  for (const Run& run : analysis.data->runs) runs.push_back(&run);
  return runs;
}

// Columns whose returns are something else, or may be.
std::string imported_units(const Analysis& analysis) {
  std::set<std::string> means, unknown;
  if (!analysis.data) return "";
  for (const Run& run : analysis.data->runs) {
    const std::string& name = analysis.algorithms[run.algorithm].shown();
    if (run.unit == ReturnUnit::kMeanOverAgents) means.insert(name);
    if (run.unit == ReturnUnit::kUnknown) unknown.insert(name);
  }
  std::string text;
  if (!means.empty()) text += fmt::format(" Imported as means over the agents: {}.", fmt::join(means, ", "));
  if (!unknown.empty())
    text += fmt::format(" Imported in a format that does not say what its returns are: {}.", fmt::join(unknown, ", "));
  return text;
}

std::string marks(const ReportOptions& options) {
  return "Bold: the highest mean of a row, and what rounds to the same digits. Underlined, of the others: " +
         mark_rule(options) + ".";
}

// What the term means, with the options in force.
std::string text_of(Term term, const Analysis& analysis, const ReportOptions& options) {
  switch (term) {
    case Term::kEnvironmentStep:
      return "One joint action applied to one environment instance. Four instances stepped once are four steps; frame "
             "skip and the number of agents do not multiply.";
    case Term::kReturn:
      return "Undiscounted sum of the team reward over one episode, in the task's own unit; never divided by the "
             "number of agents or the length of the episode." +
             imported_units(analysis);
    case Term::kRun:
      return "One task, one algorithm, one seed. N counts runs.";
    case Term::kEvaluation:
      return evaluation(run_protocols(analysis));
    case Term::kAbsolute:
      return sentence(definition_of(Score{.kind = Score::Kind::kAbsolute}, all_runs(analysis))) +
             " New episodes, because the maximum over many noisy evaluations is biased upwards.";
    case Term::kFinal:
      return sentence(definition_of(Score{.kind = Score::Kind::kFinal}));
    case Term::kLast:
      return "Mean of the mean returns of a run's last L evaluations, or of all K without the untrained one where L is "
             "more than K.";
    case Term::kBest:
      return sentence(definition_of(Score{.kind = Score::Kind::kBest})) +
             " The maximum over many noisy evaluations is biased upwards.";
    case Term::kSpread:
      return "The standard deviation over runs has divisor N−1. sd0 divides by N, sem is sd/√N, ci is half the width "
             "of the interval of the mean.";
    case Term::kTaskInterval:
      return fmt::format(
          "mean ± t · sd/√N with Student's t at {:g} % and N−1 degrees of freedom, or the percentile bootstrap where "
          "chosen. With fewer than 3 runs there is no interval and the runs themselves are shown.",
          100 * options.level);
    case Term::kMarks:
      return marks(options);
    case Term::kNormalised:
      return "(x − lo) / (hi − lo) per task; " + normalisation(analysis.normalization) + ".";
    case Term::kIqm:
      return iqm(options);
    case Term::kMedian:
      return "Median over tasks of the mean normalised score of each task.";
    case Term::kMean:
      return "Mean over tasks and runs of the normalised score.";
    case Term::kGap:
      return "1 − mean(min(score, 1)): by how much an algorithm falls short of 1. Lower is better.";
    case Term::kRank:
      return "Mean over tasks of the algorithm's rank by mean score, among the algorithms that have a score on every "
             "task; ties share the average rank. The number of tasks on which an algorithm is the best is among all "
             "algorithms.";
    case Term::kBootstrap:
      return fmt::format(
          "Every replicate draws {}; the interval is given by the percentiles of {} replicates ({} for probability of "
          "improvement, {} for profiles, {} for efficiency curves, {} for speed-ups and single tasks). Draws come from "
          "SplitMix64 with seed {}, so the numbers do not depend on the machine or the number of threads. With few "
          "runs such intervals are too narrow: in simulations with ten tasks of normally distributed scores, 95 % "
          "intervals of the interquartile mean cover it in about 92 % of cases at N = 5, in 87 % at N = 3.",
          draws(options), options.replicates, options.improvement_replicates, options.profile_replicates,
          options.efficiency_replicates, options.curve_replicates, options.bootstrap_seed);
    case Term::kThreshold:
      return "The return to be reached on a task: " + threshold_text(options) + ".";
    case Term::kStepsToThreshold:
      return "The " + crossing_text(options) +
             ". A run that never does is censored: it needs more than its budget. The median over runs is finite only "
             "when more than half got there.";
    case Term::kSpeedUp:
      return speed_up(options);
    case Term::kAuc:
      return "Average return during training: the trapezoidal mean of a run's evaluation curve.";
    case Term::kMilestones:
      return "Mean return at 10, 25, 50 and 100 % of the budget.";
    case Term::kProfile:
      return profile(options);
    case Term::kImprovement:
      return "P(X > Y): mean over tasks of the share of pairs (run of X, run of Y) in which X has the higher score; a "
             "tie counts one half. Computed on raw scores. Its p-value is that of a two-sided permutation test: on "
             "each task "
             "all runs of both are dealt out, in every way where there are no more than 10,000 and otherwise 10,000 "
             "times at random, and p is the share of deals with a probability at least as far from one half.";
    case Term::kCoverage:
      return "The task declares dimensions with bounds and bins. Every training step, or every step of every learner "
             "where the task says so, falls into one joint bin or outside the box. Coverage is visited bins over all "
             "bins; entropy is that of the visit distribution, divided by the logarithm of the number of bins. "
             "Evaluation episodes do not count.";
    case Term::kUpdates:
      return "One update is one gradient step of an algorithm's critics, as the algorithm counts them; its policies "
             "take a step with every update or with some. Algorithms that learn from the same environment steps may "
             "differ in their number of updates by a factor of ten or more.";
    case Term::kRuntime:
      return "Training seconds leave out evaluation and checkpoints and are summed over resumed segments; time between "
             "segments does not count. Where runs shared cores they are processor time, which counts no waiting for a "
             "core.";
    case Term::kPublished:
      return "Numbers quoted from a paper. They are shown beside measured ones in columns of their own and enter no "
             "mark, no footer and no aggregate.";
  }
  return "";
}

// Its id in links, and what it is called.
std::pair<const char*, const char*> names_of(Term term) {
  switch (term) {
    case Term::kEnvironmentStep:
      return {"environment-step", "environment step"};
    case Term::kReturn:
      return {"return", "return"};
    case Term::kRun:
      return {"run", "run"};
    case Term::kEvaluation:
      return {"evaluation", "evaluation"};
    case Term::kAbsolute:
      return {"absolute", "absolute score"};
    case Term::kFinal:
      return {"final", "final score"};
    case Term::kLast:
      return {"last", "last-L score"};
    case Term::kBest:
      return {"best", "best score"};
    case Term::kSpread:
      return {"spread", "spread (±)"};
    case Term::kTaskInterval:
      return {"task-interval", "interval of one task"};
    case Term::kMarks:
      return {"marks", "bold and underline"};
    case Term::kNormalised:
      return {"normalised", "normalised score"};
    case Term::kIqm:
      return {"iqm", "interquartile mean (IQM)"};
    case Term::kMedian:
      return {"median", "median"};
    case Term::kMean:
      return {"mean", "mean"};
    case Term::kGap:
      return {"gap", "optimality gap"};
    case Term::kRank:
      return {"rank", "mean rank"};
    case Term::kBootstrap:
      return {"bootstrap", "stratified bootstrap"};
    case Term::kThreshold:
      return {"threshold", "threshold"};
    case Term::kStepsToThreshold:
      return {"steps-to-threshold", "steps to the threshold"};
    case Term::kSpeedUp:
      return {"speed-up", "speed-up"};
    case Term::kAuc:
      return {"auc", "area under the curve"};
    case Term::kMilestones:
      return {"milestones", "milestones"};
    case Term::kProfile:
      return {"profile", "performance profile"};
    case Term::kImprovement:
      return {"improvement", "probability of improvement"};
    case Term::kCoverage:
      return {"coverage", "state coverage"};
    case Term::kUpdates:
      return {"updates", "updates"};
    case Term::kRuntime:
      return {"runtime", "run time"};
    case Term::kPublished:
      return {"published", "published figures"};
  }
  return {"", ""};
}

}  // namespace

std::vector<Definition> definitions(const Analysis& analysis, const ReportOptions& options) {
  std::vector<Definition> result;
  for (int i = 0; i <= static_cast<int>(kLastTerm); ++i) {
    const auto term = static_cast<Term>(i);
    const auto& [id, name] = names_of(term);
    result.push_back({term, id, name, text_of(term, analysis, options)});
  }
  return result;
}

}  // namespace tutti::reports
