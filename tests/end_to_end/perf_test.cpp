// What ./tutti perf starts: figures of any plugin, written and compared. What they are is for nobody to test.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "end_to_end/program.hpp"

namespace tutti::end_to_end {
namespace {

Outcome perf(const std::string& arguments, const TemporaryFolder& folder) {
  return shell("\"$(dirname \"$TUTTI\")/tutti_perf\" " + arguments, folder.path());
}

TEST(Perf, MeasuresAPluginThatMultipliesNothing) {
  const TemporaryFolder folder;
  const Outcome outcome = perf("--task line/short --algorithm learner --seconds 0.05 --json figures.json", folder);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const nlohmann::json figures = nlohmann::json::parse(content(folder.path() / "figures.json"))["figures"];
  for (const char* figure : {"act us", "observe us", "update ms", "checkpoint ms", "checkpoint MB"}) {
    EXPECT_GE(figures["learner"][figure].get<double>(), 0) << figure;
  }
  EXPECT_FALSE(figures["learner"].contains("update / floor"));
  EXPECT_GT(figures["line/short"]["step us"].get<double>(), 0);
  EXPECT_GT(figures["process"]["copy GB/s"].get<double>(), 0);
  EXPECT_NE(outcome.out.find("learner"), std::string::npos);
}

TEST(Perf, CountsTheProductsOfAnUpdate) {
  if (!std::filesystem::exists(TUTTI_BINARY_DIR "/plugins/maddpg.so")) GTEST_SKIP() << "built without LibTorch";
  const TemporaryFolder folder;
  const Outcome outcome = perf(
      "--task mpe/coop-nav-n3 --algorithm maddpg --set maddpg.warm_up_steps=300 --set 'maddpg.hidden=[16, 16]' "
      "--set maddpg.batch_size=32 --seconds 0.1 --json figures.json",
      folder);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const nlohmann::json figures = nlohmann::json::parse(content(folder.path() / "figures.json"))["figures"]["maddpg"];
  // 32 rows of three agents: actors of 18, 16, 16, 2 and a critic of 60, 16, 16, 1, each evaluated several times.
  const double actors = 3 * 2 * 32 * (18 * 16 + 16 * 16 + 16 * 2), critic = 2 * 32 * (60 * 16 + 16 * 16 + 16);
  EXPECT_GT(figures["GFLOP"].get<double>(), 1e-9 * 3 * (actors + critic));
  EXPECT_LT(figures["GFLOP"].get<double>(), 1e-9 * 12 * (actors + critic));
  EXPECT_GT(figures["update / floor"].get<double>(), 0);
}

TEST(Perf, ComparesWithEarlierFigures) {
  const TemporaryFolder folder;
  folder.write("old.json", R"({"figures": {"learner": {"update ms": 1e-9}}})");
  const Outcome outcome = perf("--task line/short --algorithm learner --seconds 0.05 --compare old.json", folder);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("now / before"), std::string::npos) << outcome.out;
  const Outcome missing = perf("--task line/short --algorithm learner --compare none.json", folder);
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.err.find("none.json: cannot be read"), std::string::npos) << missing.err;
}

TEST(Perf, AnAlgorithmThatFailsIsNamedAndCostsTheOthersNothing) {
  const TemporaryFolder folder;
  for (const auto& [fault, problem] :
       {std::pair("throw", "faulty: thrown on purpose\n"), std::pair("segfault", "faulty: crashed with SIGSEGV\n")}) {
    const Outcome outcome =
        perf("--task line/short --algorithm faulty,learner --set faulty.fault=" + std::string(fault) +
                 " --seconds 0.05 --json figures.json",
             folder);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.err.find(problem), std::string::npos) << outcome.err;
    const nlohmann::json figures = nlohmann::json::parse(content(folder.path() / "figures.json"))["figures"];
    EXPECT_GT(figures["learner"]["update ms"].get<double>(), 0);
    EXPECT_FALSE(figures.contains("faulty"));
  }
}

TEST(Perf, HelpNamesTheProgramAsItWasStarted) {
  const TemporaryFolder folder;
  EXPECT_NE(perf("--help", folder).out.find("Usage: " TUTTI_BINARY_DIR "/bin/tutti_perf "), std::string::npos);
  const Outcome launched = shell("TUTTI_STARTED_AS=./tutti \"$(dirname \"$TUTTI\")/tutti_perf\" --help", folder.path());
  EXPECT_NE(launched.out.find("Usage: ./tutti perf "), std::string::npos) << launched.out;
}

TEST(Perf, NamesWhatIsNotLoaded) {
  const TemporaryFolder folder;
  const Outcome outcome = perf("--task line/short --algorithm lerner", folder);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("learner"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace tutti::end_to_end
