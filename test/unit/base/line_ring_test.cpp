// SPDX-License-Identifier: MIT
// Lines through shared memory: complete and in order, or lost and counted.
#include "base/line_ring.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

/// Takes out what peek() returns.
std::string take(LineRing& ring, std::size_t most) {
  std::string lines;
  ring.peek(lines, most);
  ring.drop(lines.size());
  return lines;
}

TEST(LineRing, GivesWholeLinesInOrder) {
  LineRing ring(64);
  EXPECT_TRUE(ring.empty());
  EXPECT_TRUE(ring.put("one"));
  EXPECT_TRUE(ring.put("two"));
  EXPECT_TRUE(ring.put("three"));
  EXPECT_EQ(take(ring, 9), "one\ntwo\n");
  EXPECT_EQ(take(ring, 64), "three\n");
  EXPECT_TRUE(ring.empty());
}

TEST(LineRing, GivesALineLongerThanRequested) {
  LineRing ring(64);
  EXPECT_TRUE(ring.put("a line of some length"));
  EXPECT_TRUE(ring.put("next"));
  EXPECT_EQ(take(ring, 4), "a line of some length\n");
  EXPECT_EQ(take(ring, 4), "next\n");
}

TEST(LineRing, WrapsAround) {
  LineRing ring(16);
  for (int i = 0; i < 100; ++i) {
    const std::string line = std::string(static_cast<std::size_t>(i) % 12, 'x') + std::to_string(i);
    ASSERT_TRUE(ring.put(line));
    EXPECT_EQ(take(ring, 16), line + "\n");
  }
}

TEST(LineRing, CountsLinesThatDoNotFitAsLost) {
  LineRing ring(16);
  EXPECT_FALSE(ring.put(std::string(16, 'x'))) << "its newline must fit too";
  EXPECT_TRUE(ring.put(std::string(15, 'y')));
  EXPECT_FALSE(ring.put(""));
  EXPECT_EQ(ring.lost(), 2U);
  EXPECT_EQ(ring.lose(3), 5U);
  EXPECT_EQ(take(ring, 16), std::string(15, 'y') + "\n");
  EXPECT_TRUE(ring.put(""));
}

TEST(LineRing, ReportsALossOnceAMinute) {
  LineRing ring(16);
  const Time begin = Time(1h);
  EXPECT_TRUE(ring.admit_loss_report(begin));
  EXPECT_FALSE(ring.admit_loss_report(begin + 59s));
  EXPECT_TRUE(ring.admit_loss_report(begin + 60s));
}

TEST(LineRing, WakesTheWriterOnceWhenItSleeps) {
  LineRing ring(16);
  EXPECT_FALSE(ring.claim_wake_up());
  EXPECT_TRUE(ring.fall_asleep());
  EXPECT_TRUE(ring.put("a"));
  EXPECT_TRUE(ring.claim_wake_up());
  EXPECT_FALSE(ring.claim_wake_up());
  EXPECT_FALSE(ring.fall_asleep()) << "there is a line";
  EXPECT_FALSE(ring.claim_wake_up());
}

TEST(LineRing, TakesTheLinesOfSeveralProcesses) {
  LineRing ring(1024 * 1024);
  constexpr int kLines = 2000;
  for (int process = 0; process < 3; ++process) {
    if (::fork() != 0) continue;
    for (int i = 0; i < kLines; ++i)
      ring.put(std::string(static_cast<std::size_t>(i % 90), 'a' + static_cast<char>(process)));
    ::_exit(0);
  }
  while (::wait(nullptr) > 0) continue;
  std::string lines;
  ring.peek(lines, 1024 * 1024);
  std::map<std::string, int> counts;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    ++counts[lines.substr(begin, end - begin)];
    begin = end + 1;
  }
  EXPECT_EQ(ring.lost(), 0U);
  EXPECT_EQ(counts.size(), 3U * 89 + 1) << "no line is mixed with another";
  int total = 0;
  for (const auto& [line, count] : counts) total += count;
  EXPECT_EQ(total, 3 * kLines);
}

}  // namespace
}  // namespace majuscule::test
