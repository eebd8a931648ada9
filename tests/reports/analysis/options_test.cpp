#include "reports/analysis/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>

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
  EXPECT_EQ(ReportOptions::parse_score("absolute").kind, Score::Kind::kAbsolute);
  EXPECT_EQ(ReportOptions::parse_score("last-5").count, 5);
  for (const char* wrong : {"", "last-", "last-0", "last--3", "last-5x", "Final"}) {
    EXPECT_THROW(ReportOptions::parse_score(wrong), Error) << wrong;
  }
}

TEST(ReportOptions, ReadSmoothing) {
  ReportOptions options;
  options.smooth = "centered 5";
  EXPECT_EQ(options.smoothing().window, 5);
  options.smooth = "ema 0.6";
  EXPECT_EQ(options.smoothing().alpha, 0.6);
  for (const char* wrong : {"", "centered 4", "centered", "trailing 0", "ema 1", "ema x", "none 3", "trailing 3 4"}) {
    options.smooth = wrong;
    EXPECT_THROW(options.smoothing(), Error) << wrong;
  }
}

TEST(ReportOptions, ReadBoundsAndThresholdsByTask) {
  ReportOptions options;
  options.bounds = "mpe/a -100 0; mamujoco/ant 0 6000.5;";
  const auto bounds = options.task_bounds();
  ASSERT_EQ(bounds.size(), 2U);
  EXPECT_EQ(bounds.at("mpe/a").low, -100);
  EXPECT_EQ(bounds.at("mamujoco/ant").high, 6000.5);
  options.thresholds = "mpe/a -30";
  EXPECT_EQ(options.task_thresholds().at("mpe/a"), -30);
  for (const char* wrong : {"mpe/a 0", "mpe/a 1 1", "mpe/a 0 x", "mpe/a 0 inf"}) {
    options.bounds = wrong;
    EXPECT_THROW(options.task_bounds(), Error) << wrong;
  }
}

TEST(ReportOptions, RefuseWhatContradictsItself) {
  ReportOptions pinned;
  pinned.normalize = "pinned";
  EXPECT_THROW(pinned.check(), Error);
  ReportOptions value;
  value.threshold = "value";
  EXPECT_THROW(value.check(), Error);
  EXPECT_NO_THROW(ReportOptions().check());
}

TEST(ReportOptions, ComeFromThePlanWithTheCommandLineOnTop) {
  SuiteFolder suite(1, 2);
  suite.set_option("score", std::string("best"));
  suite.set_option("curve_replicates", std::int64_t{500});
  const std::filesystem::path folder = suite.write();
  const std::span<const std::filesystem::path> folders(&folder, 1);
  EXPECT_EQ(resolve_options(folders, {}).score, "best");
  const ReportOptions options = resolve_options(folders, {{"score", std::string("final")}});
  EXPECT_EQ(options.score, "final");
  EXPECT_EQ(options.curve_replicates, 500);
}

TEST(ReportOptions, TakeBoundsAndThresholdsOfTheTasksOfEverySuite) {
  SuiteFolder first(1, 2), second(1, 2);
  first.set_option("bounds", std::string("mpe/a 0 1"));
  first.set_option("score", std::string("best"));
  second.set_option("bounds", std::string("mpe/b 0 2"));
  second.set_option("thresholds", std::string("mpe/b 5"));
  second.set_option("score", std::string("final"));
  const std::vector<std::filesystem::path> folders = {first.write(), second.write()};
  const ReportOptions options = resolve_options(folders, {});
  EXPECT_EQ(options.task_bounds().size(), 2U);
  EXPECT_EQ(options.task_bounds().at("mpe/b").high, 2);
  EXPECT_EQ(options.task_thresholds().at("mpe/b"), 5);
  EXPECT_EQ(options.score, "best");
  EXPECT_EQ(resolve_options(folders, {{"bounds", std::string("mpe/a 0 9")}}).task_bounds().size(), 1U);
}

TEST(ReportOptions, RefuseTwoValuesForOneTask) {
  ReportOptions options;
  options.bounds = "mpe/a 0 1; mpe/a 0 1";
  EXPECT_NO_THROW(options.check());
  options.bounds = "mpe/a 0 1; mpe/a 0 2";
  EXPECT_THROW(options.check(), Error);
  options.bounds = "";
  options.thresholds = "mpe/a 1; mpe/a 2";
  EXPECT_THROW(options.check(), Error);
}

TEST(ReportOptions, RefuseUnknownNamesAndValuesOutOfRange) {
  EXPECT_THROW(resolve_options({}, {{"scores", std::string("final")}}), Error);
  EXPECT_THROW(resolve_options({}, {{"level", 1.5}}), Error);
  EXPECT_THROW(resolve_options({}, {{"score", std::string("last")}}), Error);
}

}  // namespace
}  // namespace tutti::reports
