// SPDX-License-Identifier: MIT
// Distinguishes a client that stood still from one that worked or slept.
#include "measure/stall_detector.hpp"

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart{1000s};

TEST(StallDetector, ChecksEveryTenthOfASecond) {
  StallDetector detector(kStart, 5s);
  EXPECT_FALSE(detector.woke(kStart + 99ms));
  EXPECT_TRUE(detector.woke(kStart + 100ms));
  EXPECT_EQ(detector.look(5s).length(), 0s);
  EXPECT_FALSE(detector.woke(kStart + 199ms));
  EXPECT_TRUE(detector.woke(kStart + 200ms));
}

TEST(StallDetector, FindsAGapWithoutWork) {
  StallDetector detector(kStart, 5s);
  EXPECT_FALSE(detector.woke(kStart + 50ms));
  ASSERT_TRUE(detector.woke(kStart + 1050ms));
  const Stall stall = detector.look(5s + 40ms);
  EXPECT_EQ(stall.from, kStart + 150ms) << "the first tenth of a second may have been slept";
  EXPECT_EQ(stall.to, kStart + 1050ms);
  ASSERT_TRUE(detector.woke(kStart + 1150ms));
  EXPECT_EQ(detector.look(5s + 50ms).length(), 0s) << "once";
}

TEST(StallDetector, IgnoresAGapBelowItsBound) {
  StallDetector detector(kStart, 0s);
  ASSERT_TRUE(detector.woke(kStart + 249ms));
  EXPECT_EQ(detector.look(0s).length(), 0s);
  ASSERT_TRUE(detector.woke(kStart + 499ms));
  EXPECT_EQ(detector.look(0s).length(), 150ms);
}

TEST(StallDetector, IgnoresAGapWithWork) {
  StallDetector detector(kStart, 0s);
  ASSERT_TRUE(detector.woke(kStart + 1s));
  EXPECT_EQ(detector.look(501ms).length(), 0s);
  ASSERT_TRUE(detector.woke(kStart + 2s));
  EXPECT_EQ(detector.look(501ms + 500ms).length(), 900ms);
}

TEST(Stall, HasThePartAfterATime) {
  const Stall stall{kStart, kStart + 1s};
  EXPECT_EQ(stall.since(kStart - 5s), 1s);
  EXPECT_EQ(stall.since(kStart + 300ms), 700ms);
  EXPECT_EQ(stall.since(kStart + 1s), 0s);
  EXPECT_EQ(stall.since(kStart + 2s), 0s);
  EXPECT_EQ(Stall().since(kStart), 0s);
}

}  // namespace
}  // namespace majuscule::test
