#include "run/progress.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace tutti::run {
namespace {

TEST(Progress, LinesReadBack) {
  const std::string line = to_line({1200, 1000.5, -75.8});
  EXPECT_EQ(line, "progress 1200 1000.5 -75.8\n");
  const Progress progress = progress_from_line(std::string_view(line).substr(0, line.size() - 1)).value();
  EXPECT_EQ(progress.step, 1200);
  EXPECT_EQ(progress.steps_per_second, 1000.5);
  EXPECT_EQ(progress.last_evaluation, -75.8);
  EXPECT_FALSE(progress_from_line("progress 0 0 -").value().last_evaluation.has_value());
}

TEST(Progress, AnythingElseIsNoLine) {
  for (const char* line : {"", "progress", "progress 1 2", "progress x 2 3", "progress 1 2 3 4", "progress 1 2 - 4",
                           "progress 1 2 -x", "hello 1 2 3"}) {
    EXPECT_FALSE(progress_from_line(line).has_value()) << line;
  }
}

TEST(Progress, PipeThatNobodyReadsNeverBlocks) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const ProgressPipe pipe(ends[1]);
  for (int i = 0; i < 10'000; ++i) pipe.tell({i, 1, {}});  // far more than a pipe holds
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace tutti::run
