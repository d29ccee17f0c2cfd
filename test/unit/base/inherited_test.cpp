// SPDX-License-Identifier: MIT
// What a process inherits, tested in children.
#include "base/inherited.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

/// Ends the calling process with the exit code of success if `holds`.
[[noreturn]] void end_if(bool holds) { ::_exit(holds ? 42 : 2); }

TEST(InheritedDeathTest, OpensClosedStandardDescriptors) {
  EXPECT_EXIT(
      {
        for (const int fd : {0, 1, 2}) ::close(fd);
        open_missing_standard_descriptors();
        const int next = ::dup(0);
        end_if(next > 2 && ::write(1, "a", 1) < 0 && ::write(2, "a", 1) == 1);
      },
      ::testing::ExitedWithCode(42), "");
  EXPECT_EXIT(
      {
        ::close(1);
        open_missing_standard_descriptors();
        end_if(::fcntl(1, F_GETFD) >= 0 && ::fcntl(3, F_GETFD) < 0);
      },
      ::testing::ExitedWithCode(42), "");
}

TEST(InheritedDeathTest, UnblocksSignals) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    EXPECT_EXIT(
        {
          sigset_t all;
          ::sigfillset(&all);
          ::sigprocmask(SIG_SETMASK, &all, nullptr);
          ::raise(number);
          reset_signals();
          ::_exit(2);  // not reached: the signal ended the process
        },
        ::testing::ExitedWithCode(0), "");
  }
}

TEST(InheritedDeathTest, HandlesIgnoredSignalsExceptHangup) {
  EXPECT_EXIT(
      {
        for (const int number : {SIGTERM, SIGHUP, SIGALRM}) ::signal(number, SIG_IGN);
        reset_signals();
        ::raise(SIGHUP);
        ::raise(SIGALRM);
        ::_exit(2);
      },
      ::testing::KilledBySignal(SIGALRM), "");
  EXPECT_EXIT(
      {
        ::signal(SIGTERM, SIG_IGN);
        reset_signals();
        ::raise(SIGTERM);
        ::_exit(2);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(InheritedDeathTest, SurvivesFailedWritesAndEarlyReopening) {
  EXPECT_EXIT(
      {
        reset_signals();
        for (const int number : IgnoredSignals::kSignals) ::raise(number);
        ::_exit(42);
      },
      ::testing::ExitedWithCode(42), "");
}

TEST(InheritedDeathTest, RestoresIgnoredSignals) {
  EXPECT_EXIT(
      {
        {
          const IgnoredSignals ignored;
          ::raise(SIGPIPE);
        }
        ::raise(SIGPIPE);
      },
      ::testing::KilledBySignal(SIGPIPE), "");
}

}  // namespace
}  // namespace majuscule::test
