// SPDX-License-Identifier: MIT
// How fast dead workers are replaced.
#include "prefork/restart_limit.hpp"

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

TEST(RestartLimit, ReplacesALongLivedWorkerAtOnce) {
  RestartLimit limit;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(limit.died(RestartLimit::kSoon), 0s);
}

TEST(RestartLimit, DoublesThePauseUpToTheLongest) {
  RestartLimit limit;
  for (const auto pause : {100ms, 200ms, 400ms, 800ms, 1600ms, 1600ms}) EXPECT_EQ(limit.died(1ms), pause);
}

TEST(RestartLimit, GivesUpAtTheLastOneAllowed) {
  RestartLimit limit;
  for (int i = 1; i < RestartLimit::kMostInARow; ++i) EXPECT_TRUE(limit.died(999ms).has_value()) << i;
  EXPECT_FALSE(limit.died(999ms).has_value());
}

TEST(RestartLimit, StartsOverAfterALongLivedWorker) {
  RestartLimit limit;
  for (int i = 0; i < 20; ++i) {
    for (const auto pause : {100ms, 200ms}) EXPECT_EQ(limit.died(0s), pause);
    EXPECT_EQ(limit.died(1h), 0s);
  }
}

}  // namespace
}  // namespace majuscule::test
