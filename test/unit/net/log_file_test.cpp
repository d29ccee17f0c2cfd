// SPDX-License-Identifier: MIT
// The file of the access log by itself: what it throws, and what becomes of its signal.
#include "net/log_file.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <system_error>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

TEST(LogFile, ThrowsWithTheFlagAndTheReason) {
  EXPECT_THROW(LogFile("/nonexistent/x"), std::system_error);
  LogFile full("/dev/full");
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

TEST(LogFile, EndsALineThatWasTornBeforeItBeginsTheNext) {
  const std::string path = ::testing::TempDir() + "majuscule-log-" + std::to_string(::getpid());
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_IGN);
  LogFile log(path);
  const rlimit small{10, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(log.append("a line of some length\n"), std::system_error);
  EXPECT_THROW(log.append("lost\n"), std::system_error);
  ::setrlimit(RLIMIT_FSIZE, &before);
  log.append("whole\n");
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator(file), {}), "a line of \nwhole\n");
  ::unlink(path.c_str());
}

}  // namespace
}  // namespace majuscule::test
