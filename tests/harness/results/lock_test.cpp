#include "results/lock.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "temporary_folder.hpp"

namespace tutti::results {
namespace {

TEST(Lock, IsExclusiveUntilItGoes) {
  const testing_support::TemporaryFolder folder;
  const auto path = folder.path() / "lock";
  EXPECT_FALSE(is_locked(path));
  {
    const auto lock = Lock::try_lock(path);
    ASSERT_TRUE(lock.has_value());
    EXPECT_TRUE(is_locked(path));
    EXPECT_FALSE(Lock::try_lock(path).has_value());
  }
  EXPECT_FALSE(is_locked(path));
  EXPECT_TRUE(Lock::try_lock(path).has_value());
}

TEST(Lock, OfAKilledProcessIsFree) {
  const testing_support::TemporaryFolder folder;
  const auto path = folder.path() / "lock";
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = Lock::try_lock(path);
    (void)!::write(ready[1], "x", 1);
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_TRUE(is_locked(path));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(is_locked(path));
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace
}  // namespace tutti::results
