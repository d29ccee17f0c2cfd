// SPDX-License-Identifier: MIT
// Compares the wheel with a plain list of due times, over random operations that are the same in every run.
#include "base/timer_wheel.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "support/fakes.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;
using Timer = TimerWheel::Timer;

std::vector<const Timer*> fired(TimerWheel& wheel, Time now) {
  std::vector<const Timer*> timers;
  wheel.advance(now, [&](Timer& timer) {
    timers.push_back(&timer);
    wheel.drop(timer);
  });
  return timers;
}

TEST(TimerWheel, HasNoNextTimeWhenEmpty) {
  TimerWheel wheel(kStart);
  EXPECT_EQ(wheel.next(), kNever);
  EXPECT_TRUE(fired(wheel, kStart + 1h).empty());
  EXPECT_EQ(wheel.next(), kNever);
}

TEST(TimerWheel, FiresWhenDueAndNotBefore) {
  for (const Duration delay : {1ns, 999'999ns, 1'000'000ns, 1'000'001ns, 64'000'000ns, 5'000'000'000ns}) {
    TimerWheel wheel(kStart);
    Timer timer;
    wheel.set(timer, kStart + delay);
    EXPECT_EQ(timer.due(), kStart + delay);
    EXPECT_TRUE(fired(wheel, kStart + delay - 1ns).empty()) << delay.count();
    EXPECT_EQ(fired(wheel, kStart + delay + TimerWheel::kTick), std::vector<const Timer*>{&timer})
        << delay.count();
  }
}

TEST(TimerWheel, FiresATimerThatIsDueWhenSet) {
  TimerWheel wheel(kStart);
  fired(wheel, kStart + 10s);
  Timer timer;
  wheel.set(timer, kStart + 3s);
  EXPECT_LE(wheel.next(), kStart + 10s);
  EXPECT_EQ(fired(wheel, kStart + 10s).size(), 1U);
  wheel.set(timer, kStart - 1h);
  EXPECT_EQ(fired(wheel, kStart + 10s).size(), 1U);
}

TEST(TimerWheel, ForgetsADroppedTimer) {
  TimerWheel wheel(kStart);
  Timer timer;
  wheel.set(timer, kStart + 5ms);
  wheel.drop(timer);
  wheel.drop(timer);
  EXPECT_EQ(timer.due(), kNever);
  EXPECT_EQ(wheel.next(), kNever);
  EXPECT_TRUE(fired(wheel, kStart + 1s).empty());
}

TEST(TimerWheel, ForgetsATimerSetToNever) {
  TimerWheel wheel(kStart);
  Timer timer;
  wheel.set(timer, kNever);
  EXPECT_EQ(wheel.next(), kNever);
  wheel.set(timer, kStart + 5ms);
  wheel.set(timer, kNever);
  EXPECT_TRUE(fired(wheel, kStart + 1s).empty());
  EXPECT_EQ(wheel.next(), kNever);
}

TEST(TimerWheel, MovesATimerBothWays) {
  TimerWheel wheel(kStart);
  Timer timer;
  wheel.set(timer, kStart + 10s);
  wheel.set(timer, kStart + 20s);
  EXPECT_TRUE(fired(wheel, kStart + 19s).empty());
  wheel.set(timer, kStart + 19'500ms);
  EXPECT_EQ(fired(wheel, kStart + 19'500ms).size(), 1U);
}

TEST(TimerWheel, LetsAFiringTimerSetAndDropOthers) {
  TimerWheel wheel(kStart);
  Timer first;
  Timer victim;
  Timer later;
  Timer at_once;
  wheel.set(first, kStart + 1ms);
  wheel.set(victim, kStart + 1ms);
  std::vector<const Timer*> order;
  wheel.advance(kStart + 10ms, [&](Timer& timer) {
    order.push_back(&timer);
    wheel.drop(timer);
    if (&timer != &first && &timer != &victim) return;
    wheel.drop(&timer == &first ? victim : first);
    wheel.set(later, kStart + 11ms);
    wheel.set(at_once, kStart + 5ms);
  });
  ASSERT_EQ(order.size(), 2U) << "one of the first two dropped the other";
  EXPECT_EQ(order[1], &at_once);
  EXPECT_EQ(fired(wheel, kStart + 11ms), std::vector<const Timer*>{&later});
}

TEST(TimerWheel, SurvivesLongJumps) {
  for (const Duration jump :
       {Duration(64ms), Duration(4096ms), Duration(262'144ms), Duration(24h), Duration(24h * 400)}) {
    TimerWheel wheel(kStart);
    Timer before;
    Timer at;
    Timer after;
    wheel.set(before, kStart + jump - 1ms);
    wheel.set(at, kStart + jump);
    wheel.set(after, kStart + jump + 1ms);
    EXPECT_EQ(fired(wheel, kStart + jump), (std::vector<const Timer*>{&before, &at})) << jump.count();
    EXPECT_EQ(fired(wheel, kStart + jump + 1ms), std::vector<const Timer*>{&after}) << jump.count();
  }
}

TEST(TimerWheel, FiresEveryTimerWhenDrivenByNext) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    TimerWheel wheel(kStart);
    Timer timer;
    const Duration delay(std::uniform_int_distribution<std::int64_t>(0, 400'000'000'000)(random));
    wheel.set(timer, kStart + delay);
    Time now = kStart;
    int steps = 0;
    for (bool done = false; !done; ++steps) {
      ASSERT_LT(steps, 10) << "one step for each level";
      ASSERT_NE(wheel.next(), kNever);
      now = std::max(now, wheel.next());
      done = !fired(wheel, now).empty();
    }
    EXPECT_GE(now, kStart + delay);
    EXPECT_LT(now, kStart + delay + TimerWheel::kTick);
  }
}

/// Returns a delay of any order of magnitude, to the nanosecond or to the tick.
Duration any_delay(std::mt19937_64& random) {
  const int bits = std::uniform_int_distribution<int>(0, 45)(random);
  const auto delay = static_cast<Duration::rep>(random() & ((std::uint64_t{1} << bits) - 1));
  return random() % 2 == 0 ? Duration(delay) : delay / TimerWheel::kTick.count() * TimerWheel::kTick;
}

TEST(TimerWheel, AgreesWithAPlainListOverThousandsOfOperations) {
  std::mt19937_64 random(20240607);
  for (int round = 0; round < 20; ++round) {
    TimerWheel wheel(kStart);
    std::array<Timer, 60> timers;
    std::array<Time, 60> due;
    due.fill(kNever);
    Time now = kStart + any_delay(random);
    for (int step = 0; step < 2000; ++step) {
      const std::size_t i = random() % timers.size();
      const auto choice = random() % 10;
      if (choice < 6) {
        due[i] =
            random() % 20 == 0 ? kNever : now - std::chrono::milliseconds(random() % 3) + any_delay(random);
        wheel.set(timers[i], due[i]);
      } else if (choice < 7) {
        due[i] = kNever;
        wheel.drop(timers[i]);
      } else {
        now = random() % 2 == 0 && wheel.next() != kNever ? std::max(now, wheel.next())
                                                          : now + any_delay(random);
        wheel.advance(now, [&](Timer& timer) {
          const auto index = static_cast<std::size_t>(&timer - timers.data());
          ASSERT_EQ(timer.due(), due[index]);
          ASSERT_LE(due[index], now) << "early";
          due[index] = random() % 4 == 0 ? now + 1ns + any_delay(random) : kNever;
          if (due[index] != kNever) wheel.set(timer, due[index]);
        });
        for (const Time left : due) ASSERT_GT(left, now - TimerWheel::kTick) << "late by more than a tick";
      }
      const Time first = *std::min_element(due.begin(), due.end());
      const Time latest = first == kNever ? kNever : std::max(first + TimerWheel::kTick, now + 1ns);
      ASSERT_LE(wheel.next(), latest);
      if (HasFatalFailure()) return;
    }
    for (Timer& timer : timers) wheel.drop(timer);
    ASSERT_EQ(wheel.next(), kNever);
  }
}

}  // namespace
}  // namespace majuscule::test
