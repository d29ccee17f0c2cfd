// SPDX-License-Identifier: MIT
// The file of the access log by itself: what it throws, and what becomes of its signal.
#include "net/log_file.hpp"

#include <signal.h>

#include <system_error>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

TEST(LogFile, ThrowsWithTheFlagAndTheReason) {
  EXPECT_THROW(LogFile("/nonexistent/x"), std::system_error);
  const LogFile full("/dev/full");
  try {
    full.append("a line\n");
    FAIL() << "a full disk takes nothing";
  } catch (const std::system_error& e) {
    EXPECT_STREQ(e.what(), "--access-log=/dev/full: No space left on device");
  }
}

TEST(LogFileDeathTest, LeavesItsSignalIgnored) {
  EXPECT_EXIT(
      {
        { const LogFile file("/dev/null"); }
        ::raise(SIGUSR1);
        ::_exit(0);
      },
      ::testing::ExitedWithCode(0), "^$");
}

}  // namespace
}  // namespace majuscule::test
