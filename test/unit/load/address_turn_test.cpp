// SPDX-License-Identifier: MIT
// Which address a connection tries first, and which ones after that.
#include "load/address_turn.hpp"

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

constexpr Time kNow{1000s};

std::size_t first_of(AddressTurn& turn, Time now) {
  std::uint64_t tried = 0;
  return turn.take(tried, now).value();
}

/// Returns the addresses that a connection tries when every attempt fails.
std::vector<std::size_t> order(AddressTurn& turn, Time now) {
  std::vector<std::size_t> all;
  std::uint64_t tried = 0;
  while (const auto address = turn.take(tried, now)) {
    all.push_back(*address);
    EXPECT_EQ(turn.has_more(tried), all.size() < 3);
  }
  return all;
}

TEST(AddressTurn, GivesTheAddressesInTurn) {
  AddressTurn turn(3);
  for (const std::size_t address : {0U, 1U, 2U, 0U, 1U, 2U}) EXPECT_EQ(first_of(turn, kNow), address);
}

TEST(AddressTurn, TriesEachAddressOnceForAConnection) {
  AddressTurn turn(3);
  EXPECT_EQ(order(turn, kNow), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(order(turn, kNow), (std::vector<std::size_t>{1, 2, 0})) << "the next connection begins elsewhere";
}

TEST(AddressTurn, TriesAFailedAddressLast) {
  AddressTurn turn(3);
  turn.worked(1);
  turn.failed(1, kNow);
  EXPECT_EQ(order(turn, kNow), (std::vector<std::size_t>{0, 2, 1}));
  EXPECT_EQ(first_of(turn, kNow), 2U);
  EXPECT_EQ(first_of(turn, kNow), 0U);
  EXPECT_EQ(first_of(turn, kNow + AddressTurn::kAvoided - 1ns), 2U);
  EXPECT_EQ(first_of(turn, kNow + AddressTurn::kAvoided), 0U);
  EXPECT_EQ(first_of(turn, kNow + AddressTurn::kAvoided), 1U) << "it may have come back";
}

TEST(AddressTurn, AvoidsAnAddressThatNeverWorkedForLonger) {
  AddressTurn turn(2);
  turn.failed(0, kNow);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(first_of(turn, kNow + AddressTurn::kAvoidedUnused - 1ns), 1U);
  EXPECT_EQ(first_of(turn, kNow + AddressTurn::kAvoidedUnused), 0U);
}

TEST(AddressTurn, TriesThemAllWhenAllHaveFailed) {
  AddressTurn turn(3);
  for (std::size_t i = 0; i < 3; ++i) turn.failed(i, kNow);
  EXPECT_EQ(order(turn, kNow).size(), 3U);
}

TEST(AddressTurn, ForgetsAFailureWhenTheAddressWorksAgain) {
  AddressTurn turn(2);
  turn.failed(0, kNow);
  EXPECT_FALSE(turn.used(0));
  turn.worked(0);
  EXPECT_TRUE(turn.used(0));
  EXPECT_FALSE(turn.used(1));
  EXPECT_EQ(first_of(turn, kNow), 0U);
}

TEST(AddressTurn, HasRoomForTheMostAddresses) {
  AddressTurn turn(AddressTurn::kMost);
  std::uint64_t tried = 0;
  for (std::size_t i = 0; i < AddressTurn::kMost; ++i) {
    EXPECT_TRUE(turn.has_more(tried));
    EXPECT_EQ(turn.take(tried, kNow), i);
  }
  EXPECT_FALSE(turn.has_more(tried));
  EXPECT_EQ(turn.take(tried, kNow), std::nullopt);
  AddressTurn one(1);
  tried = 0;
  EXPECT_EQ(one.take(tried, kNow), 0U);
  EXPECT_FALSE(one.has_more(tried));
}

}  // namespace
}  // namespace majuscule::test
