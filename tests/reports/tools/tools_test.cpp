// Exports read by the tools that they are meant for. Skipped, visibly, unless TUTTI_PYTHON names a Python that has
// them: see install.sh.
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "reports/export/export.hpp"
#include "results/event_file.hpp"
#include "suite_folder.hpp"
#include "tutti/random.hpp"

namespace tutti::reports {
namespace {

using nlohmann::json;

const std::string kScript = std::string(TUTTI_SOURCE_DIR) + "/tests/reports/tools/check.py";

int run_python(const std::string& arguments) {
  const std::string python = std::getenv("TUTTI_PYTHON");
  return std::system((python + " " + kScript + " " + arguments).c_str());
}

class RealTools : public testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("TUTTI_PYTHON") == nullptr) {
      GTEST_SKIP() << "TUTTI_PYTHON is not set; tests/reports/tools/install.sh makes an environment for it";
    }
    if (run_python("available") != 0) GTEST_SKIP() << "TUTTI_PYTHON lacks marl-eval, rliable or tensorboard";
  }

  void expect_agreement(const std::string& tool, const std::filesystem::path& folder, const json& expected) {
    const std::filesystem::path file = suite_.write() / "expected.json";
    write_text(file, expected.dump());
    EXPECT_EQ(run_python(tool + " " + folder.string() + " " + file.string()), 0) << tool;
  }

  SuiteFolder suite_{2, 2};
};

FakeRun example_run(const std::string& task, const std::string& algorithm, std::int64_t seed,
                    std::vector<std::vector<double>> evaluations, const std::vector<double>& absolute) {
  FakeRun run = plain_run(task, algorithm, seed, {}, 0);
  // The untrained evaluation does not count towards the bounds.
  run.evaluations = {{-1000, 1000}};
  run.evaluations.insert(run.evaluations.end(), evaluations.begin(), evaluations.end());
  run.absolute.clear();
  for (int times = 0; times < 10; ++times) run.absolute.insert(run.absolute.end(), absolute.begin(), absolute.end());
  return run;
}

TEST_F(RealTools, MarlEvalCallsTheExportValidAndMakesTheReferenceMatrices) {
  const std::string ant = "mamujoco/Ant_2x4", spread = "mamujoco/spread_3";
  suite_.add(example_run(ant, "OMAD", 0, {{1, 3}, {4, 6}}, {5, 7}));
  suite_.add(example_run(ant, "OMAD", 1, {{0, 2}, {8, 8}}, {8, 10}));
  suite_.add(example_run(ant, "HASAC", 0, {{1, 1}, {3, 5}}, {4, 4}));
  suite_.add(example_run(ant, "HASAC", 1, {{2, 0}, {2, 4}}, {3, 5}));
  suite_.add(example_run(spread, "OMAD", 0, {{-30, -20}, {-12, -10}}, {-11, -9}));
  suite_.add(example_run(spread, "OMAD", 1, {{-40, -30}, {-20, -16}}, {-14, -14}));
  suite_.add(example_run(spread, "HASAC", 0, {{-35, -25}, {-15, -15}}, {-13, -15}));
  suite_.add(example_run(spread, "HASAC", 1, {{-32, -28}, {-18, -14}}, {-16, -12}));
  OutputFolder folder(suite_.write());
  const std::filesystem::path out = suite_.write() / "export";
  const Analysis analysis = analyse_folder(suite_.write(), quick_options());
  write_exports(analysis, quick_options(), folder);
  EXPECT_NEAR(analysis.aggregates.algorithms[0].iqm.value, 0.8693548387096774, 1e-12);
  const json omad = {{0.599999940000006, 0.9677419042663902}, {0.8999999100000091, 0.8387096503642048}};
  const json hasac = {{0.39999996000000404, 0.8387096503642049}, {0.39999996000000404, 0.8387096503642049}};
  const json absolute = {{"OMAD", omad}, {"HASAC", hasac}};
  // The absolute entry counts as one of marl-eval's evaluations.
  expect_agreement("marl-eval", out / "marl-eval",
                   {{"environment", "mamujoco"}, {"interval", 1000}, {"evaluations", 2}, {"absolute", absolute}});
}

json to_json(const Estimate& estimate) {
  return {{"value", estimate.value}, {"interval", {estimate.interval->low, estimate.interval->high}}};
}

json expected_of(const Analysis& analysis) {
  json expected = {{"score", analysis.aggregates.score}, {"thresholds", analysis.aggregates.thresholds}};
  for (std::size_t a = 0; a < analysis.algorithms.size(); ++a) {
    const Aggregate& aggregate = analysis.aggregates.algorithms[a];
    const Profile& profile = analysis.aggregates.profiles[a];
    const std::string& name = analysis.algorithms[a].label;
    expected["algorithms"][name] = {{"median", to_json(aggregate.median)},
                                    {"iqm", to_json(aggregate.iqm)},
                                    {"mean", to_json(aggregate.mean)},
                                    {"gap", to_json(aggregate.gap)}};
    expected["profiles"][name] = {{"fraction", profile.fraction}, {"low", profile.low}, {"high", profile.high}};
    expected["curves"][name] = analysis.curves.aggregate[a].mean;
  }
  for (const Improvement& pair : analysis.aggregates.improvements) {
    json entry = to_json(pair.probability);
    entry["x"] = analysis.algorithms[pair.x].label;
    entry["y"] = analysis.algorithms[pair.y].label;
    expected["improvements"].push_back(entry);
  }
  return expected;
}

TEST_F(RealTools, RliableFindsTheSameEstimatesAndIntervals) {
  RandomStream random(3);
  for (const std::string task : {"mpe/a", "mpe/b", "mpe/c", "mpe/d"}) {
    for (const std::string algorithm : {"omad", "base"}) {
      for (int seed = 0; seed < 10; ++seed) {
        const double level = algorithm == "omad" ? 1.0 : 0.0;
        suite_.add(plain_run(task, algorithm, seed, {0, 10 * random.normal(), 10 * (random.normal() + level)},
                             10 * (random.normal() + level)));
      }
    }
  }
  const Analysis analysis = analyse_folder(suite_.write());
  OutputFolder folder(suite_.write());
  const std::filesystem::path out = suite_.write() / "export";
  write_exports(analysis, {}, folder);
  expect_agreement("rliable", out / "rliable", expected_of(analysis));
}

TEST_F(RealTools, TensorboardReadsTheEventFile) {
  const std::filesystem::path folder = suite_.write() / "events";
  std::filesystem::create_directories(folder);
  results::EventFile events(folder / results::event_file_name(), 0);
  events.add(1000, "eval/return", 1.5);
  events.add(2000, "eval/return", -2.25);
  events.add(2000, "train/critic_loss", 0.125);
  events.write();
  expect_agreement("tensorboard", folder,
                   {{"eval/return", {{1000, 1.5}, {2000, -2.25}}}, {"train/critic_loss", {{2000, 0.125}}}});
}

}  // namespace
}  // namespace tutti::reports
