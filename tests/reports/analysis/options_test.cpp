#include "reports/analysis/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "suite_folder.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

TEST(ReportOptions, DeclareEveryOptionOnceWithADescription) {
  ParameterSchema schema;
  declare_options(schema);
  EXPECT_GT(schema.size(), 30U);
  for (const ParameterSpec& spec : schema) {
    EXPECT_EQ(std::ranges::count(schema, spec.name, &ParameterSpec::name), 1) << spec.name;
    EXPECT_FALSE(spec.description.empty()) << spec.name;
  }
}

TEST(ReportOptions, ReadScoresByName) {
  EXPECT_EQ(parse_score("absolute").kind, Score::Kind::kAbsolute);
  EXPECT_EQ(parse_score("last-5").count, 5);
  for (const char* name : {"final", "absolute", "best", "last-7"}) EXPECT_EQ(to_text(parse_score(name)), name);
  for (const char* wrong : {"", "last-", "last-0", "last--3", "last-5x", "Final"}) {
    EXPECT_THROW((void)parse_score(wrong), Error) << wrong;
  }
}

TEST(ReportOptions, ReadSmoothing) {
  EXPECT_EQ(parse_smoothing("centered 5").window, 5);
  EXPECT_EQ(parse_smoothing("ema 0.6").alpha, 0.6);
  for (const char* text : {"none", "centered 3", "trailing 4", "ema 0.25"})
    EXPECT_EQ(to_text(parse_smoothing(text)), text);
  for (const char* wrong : {"", "centered 4", "centered", "trailing 0", "ema 1", "ema x", "none 3", "trailing 3 4"}) {
    EXPECT_THROW((void)parse_smoothing(wrong), Error) << wrong;
  }
}

TEST(ReportOptions, ReadBackEveryChoiceUnderItsName) {
  ParameterSchema schema;
  declare_options(schema);
  for (const ParameterSpec& spec : schema) {
    for (const std::string& chosen : spec.constraint.choices) {
      const auto options = read_parameters<ReportOptions>({{spec.name, chosen}});
      ParameterSchema again;
      Parameters collect(again);
      ReportOptions(options).declare(collect);
      EXPECT_EQ(std::ranges::find(again, spec.name, &ParameterSpec::name)->default_value, ParameterValue(chosen))
          << spec.name;
    }
  }
}

TEST(ReportOptions, RefuseWhatContradictsItself) {
  ReportOptions pinned;
  pinned.normalize = Normalization::kPinned;
  EXPECT_THROW(pinned.check_values_by_task(), Error);
  ReportOptions value;
  value.threshold = ThresholdKind::kValue;
  EXPECT_THROW(value.check_values_by_task(), Error);
  ReportOptions reversed;
  reversed.bounds["mpe/a"] = {1, 0};
  EXPECT_THROW(reversed.check_values_by_task(), Error);
  ReportOptions endless;
  endless.bounds["mpe/a"] = {0, std::numeric_limits<double>::infinity()};
  EXPECT_THROW(endless.check_values_by_task(), Error);
  ReportOptions nowhere;
  nowhere.thresholds["mpe/a"] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(nowhere.check_values_by_task(), Error);
  EXPECT_NO_THROW(ReportOptions().check_values_by_task());
}

TEST(ReportOptions, ComeFromThePlanWithTheCommandLineOnTop) {
  SuiteFolder suite(1, 2);
  suite.set_option("score", std::string("best"));
  suite.set_option("curve_replicates", std::int64_t{500});
  const std::filesystem::path folder = suite.write();
  const std::span<const std::filesystem::path> folders(&folder, 1);
  EXPECT_EQ(resolve_options(folders).score.kind, Score::Kind::kBest);
  const ReportOptions options = resolve_options(folders, {.values = {{"score", std::string("final")}}});
  EXPECT_EQ(options.score.kind, Score::Kind::kFinal);
  EXPECT_EQ(options.curve_replicates, 500);
}

TEST(ReportOptions, TakeBoundsAndThresholdsOfTheTasksOfEverySuite) {
  SuiteFolder first(1, 2), second(1, 2);
  first.plan.bounds["mpe/a"] = {0, 1};
  first.set_option("score", std::string("best"));
  second.plan.bounds["mpe/b"] = {0, 2};
  second.plan.thresholds["mpe/b"] = 5;
  second.set_option("score", std::string("final"));
  const std::vector<std::filesystem::path> folders = {first.write(), second.write()};
  const ReportOptions options = resolve_options(folders);
  EXPECT_EQ(options.bounds.size(), 2U);
  EXPECT_EQ(options.bounds.at("mpe/b").high, 2);
  EXPECT_EQ(options.thresholds.at("mpe/b"), 5);
  EXPECT_EQ(options.score.kind, Score::Kind::kBest);
  const ReportOptions changed = resolve_options(folders, {.bounds = {{"mpe/a", {0, 9}}}});
  EXPECT_EQ(changed.bounds.at("mpe/a").high, 9);
  EXPECT_EQ(changed.bounds.at("mpe/b").high, 2);
}

TEST(ReportOptions, ThatALaterSuiteChangesAreNamed) {
  SuiteFolder first(1, 2), second(1, 2);
  first.add(plain_run("mpe/a", "x", 1, {1, 2}, 2));
  second.add(plain_run("mpe/a", "y", 1, {1, 2}, 2));
  first.plan.tasks[0].reference = ReferenceRange{.low = 0, .low_source = "l", .high = 1, .high_source = "h"};
  second.plan.tasks[0].reference = ReferenceRange{.low = 0, .low_source = "l", .high = 2, .high_source = "h"};
  second.set_option("score", std::string("best"));
  second.plan.algorithms.push_back({.label = "x", .name = "x", .proposed = true});
  const std::vector<std::filesystem::path> folders = {first.write(), second.write()};
  ReportOptions options = quick_options();
  options.mixed = true;
  std::string warnings;
  for (const std::string& warning : analyse(folders, options).warnings) warnings += warning + "\n";
  EXPECT_NE(warnings.find("mpe/a: suite " + second.plan.suite + " declares another reference range"), std::string::npos)
      << warnings;
  EXPECT_NE(warnings.find("x: proposed is true in suite " + second.plan.suite + " and false in a suite before it"),
            std::string::npos)
      << warnings;
  EXPECT_NE(warnings.find("those of " + second.plan.suite + " differ and are not used"), std::string::npos) << warnings;
}

TEST(ReportOptions, RefuseTwoValuesForOneTask) {
  SuiteFolder first(1, 2), second(1, 2);
  first.plan.bounds["mpe/a"] = second.plan.bounds["mpe/a"] = {0, 1};
  std::vector<std::filesystem::path> folders = {first.write(), second.write()};
  EXPECT_NO_THROW(resolve_options(folders));
  second.plan.bounds["mpe/a"] = {0, 2};
  second.write();
  EXPECT_THROW(resolve_options(folders), Error);
  second.plan.bounds.clear();
  first.plan.thresholds["mpe/a"] = 1;
  second.plan.thresholds["mpe/a"] = 2;
  folders = {first.write(), second.write()};
  EXPECT_THROW(resolve_options(folders), Error);
}

TEST(ReportOptions, RefuseUnknownNamesAndValuesOutOfRange) {
  EXPECT_THROW(resolve_options({}, {.values = {{"scores", std::string("final")}}}), Error);
  EXPECT_THROW(resolve_options({}, {.values = {{"level", 1.5}}}), Error);
  EXPECT_THROW(resolve_options({}, {.values = {{"score", std::string("last")}}}), Error);
}

}  // namespace
}  // namespace tutti::reports
