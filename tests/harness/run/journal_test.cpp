#include "run/journal.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fixture_plan.hpp"
#include "run/machine.hpp"
#include "tutti/random.hpp"

namespace tutti::run {
namespace {

using testing_support::TemporaryFolder;

class JournalTest : public testing::Test {
 protected:
  void write_log(const std::string& text) {
    results::write_file(folder_.path() / "log.txt", text, results::Durability::kProcess);
  }

  static std::string numbered_lines(int count) {
    std::string text;
    for (int line = 1; line <= count; ++line) text += "line " + std::to_string(line) + '\n';
    return text;
  }

  TemporaryFolder folder_;
};

TEST_F(JournalTest, NewAttemptKeepsWhatTheEarlierOneKnewUntilItKnowsBetter) {
  loader::Registry registry(testing_support::fixture_folders());
  const suite::Run run = testing_support::plan_from(testing_support::line_suite(), registry).runs.at(0);
  results::RunRecord earlier;
  earlier.run_id = "first";
  earlier.plugins = {{"algorithm", "learner", "1.0", "sdk", "digest", "", "", "", "", ""}};
  earlier.libraries = {{"C library", "2.36"}};
  earlier.task_facts = {{"agents", "2"}};
  earlier.progress.environment_steps = 120;
  earlier.time.wall_seconds = 7;
  results::write_run_record(folder_.path(), earlier);
  const Journal journal(run, folder_.path(), 1);
  const results::RunRecord now = results::read_run_record(folder_.path()).value();
  EXPECT_EQ(now.run_id, "first");
  EXPECT_EQ(now.plugins.at(0).sha256, "digest");
  EXPECT_EQ(now.libraries, earlier.libraries);
  EXPECT_EQ(now.task_facts, earlier.task_facts);
  EXPECT_EQ(now.progress.environment_steps, 120);
  EXPECT_EQ(now.time.wall_seconds, 7);
  EXPECT_EQ(now.streams.size(), 7U);
  EXPECT_EQ(now.streams.at("absolute evaluation policy"), derive_seed(run.seed, "absolute evaluation policy"));
}

TEST_F(JournalTest, FactsThatAreNotAsTheEarlierAttemptRecordedThemAreNamed) {
  loader::Registry registry(testing_support::fixture_folders());
  const suite::Run run = testing_support::plan_from(testing_support::line_suite(), registry).runs.at(0);
  const auto environment = registry.create_environment("line", suite::values_of(run.task_values));
  EnvironmentSpec spec = environment->spec();
  {
    Journal first(run, folder_.path(), 1);
    first.describe(registry, Training(run, registry, folder_.path(), {}));
  }
  const Journal journal(run, folder_.path(), 1);
  EXPECT_TRUE(journal.changed_facts(spec).empty());
  spec.facts = {{"speed", "5.0"}, {"digest", "ab"}};
  spec.episode_limit = 77;
  EXPECT_EQ(journal.changed_facts(spec),
            (std::vector<std::string>{"fact digest: ab, was absent", "fact episode_limit: 77, was 5",
                                      "fact speed: 5.0, was 0.1"}));
}

TEST_F(JournalTest, ArithmeticThatIsNotAsTheEarlierAttemptRecordedItIsNamed) {
  results::MachineRecord machine = this_machine(1);
  results::Facts numerics = numerics_in_use();
  const std::string vectors = machine.instruction_set;
  machine.host = "elsewhere";
  numerics["threads"] = "7";
  numerics["OMP_NUM_THREADS"] = "8";
  EXPECT_TRUE(changed_arithmetic(machine, numerics).empty());
  machine.instruction_set = "sse1";
  numerics["MKL_CBWR"] = "COMPATIBLE";
  EXPECT_EQ(changed_arithmetic(machine, numerics),
            (std::vector<std::string>{"instruction set: " + vectors + ", was sse1",
                                      "variable MKL_CBWR: not set, was COMPATIBLE"}));
  EXPECT_TRUE(changed_arithmetic(machine, {}).empty()) << "an earlier build recorded nothing";
}

TEST_F(JournalTest, LastLogLinesAreThoseOfThisAttemptAndFew) {
  write_log("of an earlier attempt\n" + numbered_lines(50));
  EXPECT_EQ(last_log_lines(folder_.path(), 0).size(), 20U);
  EXPECT_EQ(last_log_lines(folder_.path(), 0).back(), "line 50");
  const std::uintmax_t start = log_size(folder_.path());
  EXPECT_TRUE(last_log_lines(folder_.path(), start).empty());
  EXPECT_EQ(last_log_lines(folder_.path(), start + 1000).back(), "line 50") << "the log was cut since";
  EXPECT_EQ(log_size(folder_.path() / "nowhere"), 0U);
}

TEST_F(JournalTest, StackTraceIsKeptFromItsFirstLine) {
  write_log("before\n\nfatal signal: SEGV\nstack trace:\n" + numbered_lines(64));
  const std::vector<std::string> lines = last_log_lines(folder_.path(), 0);
  ASSERT_EQ(lines.size(), 66U);
  EXPECT_EQ(lines.front(), "fatal signal: SEGV");
  EXPECT_EQ(lines.at(2), "line 1");
  write_log("fatal signal: SEGV\n" + numbered_lines(1000));
  EXPECT_EQ(last_log_lines(folder_.path(), 0).size(), 80U);
}

}  // namespace
}  // namespace tutti::run
