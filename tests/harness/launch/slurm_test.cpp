#include "launch/slurm.hpp"

#include <gtest/gtest.h>

#include "launch/command.hpp"

namespace tutti::launch {
namespace {

TEST(SlurmScript, SaysWhatTheSuiteAsksForAndNothingElse) {
  suite::SlurmSettings settings;
  EXPECT_EQ(slurm_script(settings, "quick", "/shared/results/quick", "/opt/tutti", "array-1", 6),
            "#!/bin/sh\n"
            "#SBATCH --job-name=tutti-quick\n"
            "#SBATCH --array=0-5\n"
            "#SBATCH --ntasks=1 --cpus-per-task=1\n"
            "#SBATCH --requeue --open-mode=append\n"
            "#SBATCH --signal=USR1@120\n"
            "#SBATCH --output=\"/shared/results/quick/slurm/array-1-%a.out\"\n"
            "exec srun --ntasks=1 /opt/tutti slurm-task /shared/results/quick array-1 \"$SLURM_ARRAY_TASK_ID\"\n");
  settings = {.partition = "long", .time_limit = "1-00:00:00", .memory = "4G", .throttle = 2, .extra = "--nice=100"};
  const std::string script = slurm_script(settings, "quick", "/results", "/opt/tutti", "array-2", 6);
  for (const char* line : {"#SBATCH --array=0-5%2\n", "#SBATCH --partition=long\n", "#SBATCH --time=1-00:00:00\n",
                           "#SBATCH --mem=4G\n", "#SBATCH --nice=100\n"}) {
    EXPECT_NE(script.find(line), std::string::npos) << script;
  }
}

TEST(SlurmScript, PathsWithSpacesAndQuotesStayWhole) {
  const std::string script = slurm_script({}, "s", "/my results/it's 100%", "/opt/my tutti", "array-1", 1);
  EXPECT_NE(script.find("'/opt/my tutti' slurm-task '/my results/it'\\''s 100%' array-1"), std::string::npos) << script;
  EXPECT_NE(script.find("\n#SBATCH --output=\"/my results/it's 100%%/slurm/array-1-%a.out\"\n"), std::string::npos)
      << script;
}

TEST(SlurmConfig, SaysHowManyRunsAnArrayMayHave) {
  EXPECT_EQ(most_array_runs("MaxArraySize            = 1001\nMaxJobCount = 10000\n"), 1001U);
  EXPECT_EQ(most_array_runs("JobCompType = none\nMaxArraySize = 7\n"), 7U);
  EXPECT_FALSE(most_array_runs("MaxJobCount = 10000\n").has_value());
  EXPECT_FALSE(most_array_runs("").has_value());
}

TEST(Command, GivesOutputAndStatus) {
  EXPECT_EQ(run_command({"printf", "%s-%s", "a b", "$c"}).output, "a b-$c") << "no shell in between";
  EXPECT_EQ(run_command({"sh", "-c", "exit 3"}).status, 3);
  EXPECT_EQ(run_command({"sh", "-c", "kill -9 $$"}).status, 128 + 9);
  EXPECT_THROW(run_command({"no-such-program-anywhere"}), Error);
}

TEST(Command, WordsOfAShellAreQuotedWhereTheyNeedIt) {
  EXPECT_EQ(shell_word("--seeds"), "--seeds");
  EXPECT_EQ(shell_word("/my results/it's"), "'/my results/it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("$HOME"), "'$HOME'");
}

}  // namespace
}  // namespace tutti::launch
