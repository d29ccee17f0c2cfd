// SPDX-License-Identifier: MIT
// The stop signal as a descriptor, and the clock that reports it. Cases that end the process run in a child.
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

TEST(StopSignal, IsNotReadableAtFirst) {
  const StopSignal stop(1h);
  EXPECT_FALSE(stop.requested());
  EXPECT_FALSE(readable(stop.fd()));
}

TEST(StopSignal, StaysReadable) {
  for (const int number : {SIGTERM, SIGINT}) {
    const StopSignal stop(1h);
    ::raise(number);
    EXPECT_TRUE(stop.requested()) << number;
    EXPECT_TRUE(readable(stop.fd()));
    EXPECT_TRUE(readable(stop.fd()));
  }
}

TEST(StopSignal, HandlesHangupUnlessIgnored) {
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

TEST(StopSignalDeathTest, CountsTheSameSignalWithinAMomentOnce) {
  EXPECT_EXIT(
      {
        const StopSignal stop(1h);
        ::raise(SIGTERM);
        ::raise(SIGTERM);
        ::_exit(stop.requested() ? 0 : 2);
      },
      ::testing::ExitedWithCode(0), "^$");
}

TEST(FirstSignal, IsRepeatedByTheSameSignalSoonAndByHangup) {
  const Time begin = Time(1h);
  FirstSignal first;
  first.came(SIGTERM, begin);
  EXPECT_TRUE(first.is_repeated_by(SIGTERM, begin));
  EXPECT_TRUE(first.is_repeated_by(SIGTERM, begin + FirstSignal::kRepeatTime - 1ns));
  EXPECT_FALSE(first.is_repeated_by(SIGTERM, begin + FirstSignal::kRepeatTime));
  EXPECT_FALSE(first.is_repeated_by(SIGINT, begin));
  EXPECT_TRUE(first.is_repeated_by(SIGHUP, begin + 1h));
}

TEST(StopSignal, OfAForkedProcessIgnoresOtherSenders) {
  const StopSignal stop(1h, ::getppid());
  for (const int number : {SIGTERM, SIGINT, StopSignal::kFromParent}) ::raise(number);
  EXPECT_FALSE(stop.requested());
  EXPECT_FALSE(readable(stop.fd()));
}

TEST(StopSignal, OfAForkedProcessObeysItsParent) {
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

TEST(StopSignalDeathTest, EndsAProcessThatDoesNotReact) {
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

TEST(StopSignalDeathTest, EndsAProcessWhoseWaitsResume) {
  EXPECT_EXIT(
      {
        StopSignal stop(1ms);
        stop.interrupt_waits();
        ::raise(SIGTERM);
        for (;;) ::pause();
      },
      ::testing::ExitedWithCode(0), "drain timeout");
}

TEST(StopSignalDeathTest, RestoresTheSignals) {
  EXPECT_EXIT(
      {
        { const StopSignal stop(1h); }
        ::raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(Clock, HasTheDateOfTheCurrentSecond) {
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

TEST(Clock, ReportsTheDrain) {
  const StopSignal stop(1h);
  Clock clock(stop);
  ::raise(SIGTERM);
  EXPECT_TRUE(clock.now().draining);
}

}  // namespace
}  // namespace majuscule::test
