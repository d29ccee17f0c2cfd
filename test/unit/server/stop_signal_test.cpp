// SPDX-License-Identifier: MIT
// The stop signal as a descriptor, and the clock that passes it on. What ends the process is tried in a
// child.
#include "server/stop_signal.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "http/http_date.hpp"
#include "server/clock.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

bool readable(int fd) {
  pollfd wanted{fd, POLLIN, 0};
  return ::poll(&wanted, 1, 0) == 1;
}

TEST(StopSignal, IsSilentAtFirst) {
  const StopSignal stop(1h);
  EXPECT_FALSE(stop.requested());
  EXPECT_FALSE(readable(stop.fd()));
}

TEST(StopSignal, TurnsReadableForEver) {
  for (const int number : {SIGTERM, SIGINT}) {
    const StopSignal stop(1h);
    ::raise(number);
    EXPECT_TRUE(stop.requested()) << number;
    EXPECT_TRUE(readable(stop.fd()));
    EXPECT_TRUE(readable(stop.fd()));
  }
}

TEST(StopSignal, TakesHangupForOneUnlessItIsIgnored) {
  EXPECT_EXIT(
      {
        const StopSignal stop(1h);
        ::raise(SIGHUP);
        ::raise(SIGHUP);
        ::_exit(stop.requested() ? 0 : 2);
      },
      ::testing::ExitedWithCode(0), "^$");
  EXPECT_EXIT(
      {
        ::signal(SIGHUP, SIG_IGN);
        const StopSignal stop(1h);
        ::raise(SIGHUP);
        ::_exit(stop.requested() ? 2 : 0);
      },
      ::testing::ExitedWithCode(0), "^$");
}

TEST(StopSignalDeathTest, TakesTheSameSignalWithinAMomentForOne) {
  EXPECT_EXIT(
      {
        const StopSignal stop(1h);
        ::raise(SIGTERM);
        ::raise(SIGTERM);
        ::_exit(stop.requested() ? 0 : 2);
      },
      ::testing::ExitedWithCode(0), "^$");
}

TEST(FirstSignal, IsRepeatedByTheSameOneSoonAndByAHangup) {
  const Time begin = Time(1h);
  FirstSignal first;
  first.came(SIGTERM, begin);
  EXPECT_TRUE(first.is_repeated_by(SIGTERM, begin));
  EXPECT_TRUE(first.is_repeated_by(SIGTERM, begin + FirstSignal::kMoment - 1ns));
  EXPECT_FALSE(first.is_repeated_by(SIGTERM, begin + FirstSignal::kMoment));
  EXPECT_FALSE(first.is_repeated_by(SIGINT, begin));
  EXPECT_TRUE(first.is_repeated_by(SIGHUP, begin + 1h));
}

TEST(StopSignal, OfAForkedProcessIsDeafToOthers) {
  const StopSignal stop(1h, ::getppid());
  for (const int number : {SIGTERM, SIGINT, StopSignal::kFromParent}) ::raise(number);
  EXPECT_FALSE(stop.requested());
  EXPECT_FALSE(readable(stop.fd()));
}

TEST(StopSignal, OfAForkedProcessHearsItsParentOnceAndForAll) {
  const StopSignal stop(1h, ::getpid());
  for (int i = 0; i < 2; ++i) {
    ::raise(StopSignal::kFromParent);
    EXPECT_TRUE(stop.requested());
    EXPECT_TRUE(readable(stop.fd()));
  }
}

TEST(StopSignalDeathTest, EndsTheProcessAtTheSecondSignal) {
  EXPECT_EXIT(
      {
        const StopSignal stop(1h);
        ::raise(SIGINT);
        ::raise(SIGTERM);
      },
      ::testing::ExitedWithCode(StopSignal::kForcedExitCode), "second signal");
}

TEST(StopSignalDeathTest, EndsTheProcessThatDoesNotNoticeIt) {
  EXPECT_EXIT(
      {
        const StopSignal stop(1ms);
        ::raise(SIGTERM);
        for (;;) ::pause();
      },
      ::testing::ExitedWithCode(0), "drain timeout");
}

TEST(StopSignalDeathTest, InterruptsWaitsAgainAndAgain) {
  EXPECT_EXIT(
      {
        StopSignal stop(1h);
        stop.interrupt_waits();
        ::raise(SIGTERM);
        for (int i = 0; i < 3; ++i) {
          if (::poll(nullptr, 0, -1) != -1 || errno != EINTR) ::_exit(2);
        }
        ::_exit(0);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(StopSignalDeathTest, EndsTheProcessThatIsInterruptedInVain) {
  EXPECT_EXIT(
      {
        StopSignal stop(1ms);
        stop.interrupt_waits();
        ::raise(SIGTERM);
        for (;;) ::pause();
      },
      ::testing::ExitedWithCode(0), "drain timeout");
}

TEST(StopSignalDeathTest, GivesTheSignalsBack) {
  EXPECT_EXIT(
      {
        { const StopSignal stop(1h); }
        ::raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(Clock, TellsTheDateOfItsSecond) {
  const StopSignal stop(1h);
  Clock clock(stop);
  const Instant first = clock.now();
  const auto date = http_date(first.unix_seconds);
  EXPECT_EQ(first.date, std::string_view(date.data(), date.size()));
  EXPECT_FALSE(first.draining);
  const Time before = first.time;
  const Instant second = clock.now();
  EXPECT_GE(second.time, before);
  EXPECT_GE(monotonic_now(), second.time);
  const auto later_date = http_date(second.unix_seconds);
  EXPECT_EQ(second.date, std::string_view(later_date.data(), later_date.size()));
}

TEST(Clock, SaysThatTheServerDrains) {
  const StopSignal stop(1h);
  Clock clock(stop);
  ::raise(SIGTERM);
  EXPECT_TRUE(clock.now().draining);
}

}  // namespace
}  // namespace majuscule::test
