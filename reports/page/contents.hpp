// What stands on the page, in which order, and what each table and figure rests on: every table and figure of a report
// is declared in contents() and nowhere else.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "reports/analysis/analysis.hpp"
#include "reports/figures/figures.hpp"
#include "reports/tables/tables.hpp"

namespace tutti::reports {

/// A term that a report defines. The compiler asks for a definition of each.
enum class Term {
  kEnvironmentStep,
  kReturn,
  kRun,
  kEvaluation,
  kAbsolute,
  kFinal,
  kLast,
  kBest,
  kSpread,
  kTaskInterval,
  kMarks,
  kNormalised,
  kIqm,
  kMedian,
  kMean,
  kGap,
  kRank,
  kBootstrap,
  kThreshold,
  kStepsToThreshold,
  kSpeedUp,
  kAuc,
  kMilestones,
  kProfile,
  kImprovement,
  kCoverage,
  kUpdates,
  kRuntime,
  kPublished
};
inline constexpr Term kLastTerm = Term::kPublished;

/// One term of the last section; every table and figure names those it rests on.
struct Definition {
  Term term;
  std::string id;    // in links: "iqm"
  std::string name;  // "interquartile mean (IQM)"
  std::string text;
};

/// Every term, in order, with the options in force.
std::vector<Definition> definitions(const Analysis& analysis, const ReportOptions& options);

struct TablePlace {
  ReportTable (*make)(const Analysis&, const ReportOptions&);
  std::vector<Term> terms;
};

struct FigurePlace {
  Figure (*make)(const Analysis&, const ReportOptions&);
  std::vector<Term> terms;
  bool on_page = true;  // or a file alone
};

/// A figure for each task.
struct TaskFiguresPlace {
  std::vector<Figure> (*make)(const Analysis&, const ReportOptions&);
  std::vector<Term> terms;
};

using Place = std::variant<TablePlace, FigurePlace, TaskFiguresPlace>;

/// What a section has besides its tables and figures.
enum class Extra { kNone, kBehaviour, kCaveats, kRuns };

struct SectionPlace {
  const char* heading;
  const char* id;
  std::vector<Place> places;
  Extra extra = Extra::kNone;
};

std::vector<SectionPlace> contents(const Analysis& analysis);

}  // namespace tutti::reports
