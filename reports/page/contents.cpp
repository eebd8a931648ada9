#include "reports/page/contents.hpp"

namespace tutti::reports {
namespace {

Term term_of(const std::string& score) {
  switch (parse_score(score).kind) {
    case Score::Kind::kAbsolute:
      return Term::kAbsolute;
    case Score::Kind::kLast:
      return Term::kLast;
    case Score::Kind::kBest:
      return Term::kBest;
    case Score::Kind::kFinal:
      break;
  }
  return Term::kFinal;
}

}  // namespace

std::vector<SectionPlace> contents(const Analysis& analysis) {
  using enum Term;
  const Term score = analysis.main.score.empty() ? kFinal : term_of(analysis.main.score);
  const Term aggregate_score = analysis.aggregates.score.empty() ? kAbsolute : term_of(analysis.aggregates.score);
  return {
      {"Main table",
       "main",
       {TablePlace{main_table, {kReturn, kRun, score, kSpread, kMarks, kNormalised, kIqm, kRank}}}},
      {"Learning curves",
       "curves",
       {TaskFiguresPlace{task_curves, {kReturn, kEnvironmentStep, kEvaluation, kTaskInterval}},
        FigurePlace{all_curves, {}, false}, TablePlace{milestones_table, {kMilestones, kReturn, kSpread}}}},
      {"Aggregate metrics",
       "aggregate",
       {TablePlace{aggregate_table, {kNormalised, aggregate_score, kMedian, kIqm, kMean, kGap, kRank, kBootstrap}},
        FigurePlace{aggregate_figure, {kNormalised, kMedian, kIqm, kMean, kGap, kBootstrap}}}},
      {"Sample efficiency and speed-up",
       "efficiency",
       {FigurePlace{efficiency_figure, {kNormalised, kIqm, kBootstrap}}, TablePlace{thresholds_table, {kThreshold}},
        TablePlace{sample_efficiency_table, {kThreshold, kStepsToThreshold, kSpeedUp, kAuc, kBootstrap}}}},
      {"Performance profile", "profile", {FigurePlace{profile_figure, {kProfile, kNormalised, kBootstrap}}}},
      {"Probability of improvement",
       "improvement",
       {TablePlace{improvement_table, {kImprovement, aggregate_score, kBootstrap}},
        FigurePlace{improvement_figure, {kImprovement, kBootstrap}}}},
      {"State coverage",
       "coverage",
       {TablePlace{coverage_table, {kCoverage, kEnvironmentStep}},
        FigurePlace{coverage_figure, {kCoverage, kEnvironmentStep}}}},
      {"Behaviour", "behaviour", {}, Extra::kBehaviour},
      {"Updates, run time and resources",
       "runtime",
       {TablePlace{runtime_table, {kUpdates, kRuntime, kEnvironmentStep}},
        FigurePlace{wall_clock_figure, {kRuntime, kReturn, kTaskInterval}}}},
      {"Published figures beside measured ones",
       "published",
       {TablePlace{published_table, {kPublished, kReturn, kSpread}}},
       Extra::kCaveats},
      {"What was run", "run", {TablePlace{failures_table, {kRun}}}, Extra::kRuns},
  };
}

}  // namespace tutti::reports
