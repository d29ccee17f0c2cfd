// SPDX-License-Identifier: MIT
// The bounded queue: its three orders, its capacity, and closing it.
#include "base/bounded_queue.hpp"

#include <atomic>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

std::vector<int> emptied(BoundedQueue<int>& queue) {
  queue.close();
  std::vector<int> items;
  while (const auto item = queue.pop()) items.push_back(*item);
  return items;
}

TEST(BoundedQueue, FifoGivesTheOldestFirst) {
  BoundedQueue<int> queue(QueueOrder::kFifo, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.try_push(int(i)));
  EXPECT_EQ(queue.pop(), 0);
  EXPECT_TRUE(queue.try_push(3));  // wraps around the end of its memory
  EXPECT_EQ(emptied(queue), (std::vector{1, 2, 3}));
}

TEST(BoundedQueue, LifoGivesTheNewestFirst) {
  BoundedQueue<int> queue(QueueOrder::kLifo, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.try_push(int(i)));
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_TRUE(queue.try_push(3));
  EXPECT_EQ(emptied(queue), (std::vector{3, 1, 0}));
}

TEST(BoundedQueue, PriorityGivesTheMostUrgentFirstAndEqualsInTheirOrder) {
  BoundedQueue<int> queue(QueueOrder::kPriority, 8);
  EXPECT_TRUE(queue.try_push(70, 7));
  EXPECT_TRUE(queue.try_push(30));
  EXPECT_TRUE(queue.try_push(0, 0));
  EXPECT_TRUE(queue.try_push(31, 3));
  EXPECT_TRUE(queue.try_push(10, 1));
  EXPECT_TRUE(queue.try_push(32));
  EXPECT_EQ(emptied(queue), (std::vector{0, 10, 30, 31, 32, 70}));
}

TEST(BoundedQueue, OtherOrdersIgnoreUrgency) {
  BoundedQueue<int> queue(QueueOrder::kFifo, 2);
  EXPECT_TRUE(queue.try_push(7, 7));
  EXPECT_TRUE(queue.try_push(0, 0));
  EXPECT_EQ(emptied(queue), (std::vector{7, 0}));
}

TEST(BoundedQueue, RefusesAnItemAboveItsCapacityAndLeavesItUntouched) {
  for (const auto order : {QueueOrder::kFifo, QueueOrder::kLifo, QueueOrder::kPriority}) {
    BoundedQueue<std::unique_ptr<int>> queue(order, 2);
    EXPECT_TRUE(queue.try_push(std::make_unique<int>(1), 0));
    EXPECT_TRUE(queue.try_push(std::make_unique<int>(2), 7));
    auto third = std::make_unique<int>(3);
    EXPECT_FALSE(queue.try_push(std::move(third), 1));
    ASSERT_NE(third, nullptr);
    EXPECT_EQ(queue.size(), 2U);
    queue.pop();
    EXPECT_TRUE(queue.try_push(std::move(third), 1));
  }
}

TEST(BoundedQueue, GivesItsItemsAfterCloseAndTakesNoMore) {
  BoundedQueue<int> queue(QueueOrder::kFifo, 2);
  EXPECT_TRUE(queue.try_push(1));
  queue.close();
  EXPECT_FALSE(queue.try_push(2));
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, CloseWakesAllWaitingThreads) {
  BoundedQueue<int> queue(QueueOrder::kFifo, 1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(queue.pop(), std::nullopt); });
  }
  queue.close();
  for (auto& thread : threads) thread.join();
}

TEST(BoundedQueue, LosesNothingBetweenManyThreads) {
  constexpr int kEach = 20'000;
  BoundedQueue<int> queue(QueueOrder::kLifo, 16);
  std::atomic<long> taken = 0;
  std::vector<std::thread> takers;
  std::vector<std::thread> givers;
  for (int i = 0; i < 3; ++i) {
    takers.emplace_back([&] {
      while (const auto item = queue.pop()) taken += *item;
    });
    givers.emplace_back([&] {
      for (int n = 1; n <= kEach; ++n) {
        while (!queue.try_push(int(n))) std::this_thread::yield();
      }
    });
  }
  for (auto& thread : givers) thread.join();
  queue.close();
  for (auto& thread : takers) thread.join();
  EXPECT_EQ(taken, 3L * kEach * (kEach + 1) / 2);
}

TEST(BoundedQueue, PushWaitsForRoom) {
  BoundedQueue<int> queue(QueueOrder::kFifo, 1);
  EXPECT_TRUE(queue.push(1));
  std::thread pusher([&] {
    EXPECT_TRUE(queue.push(2));
    EXPECT_TRUE(queue.push(3));
  });
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(queue.pop(), i);
  pusher.join();
}

TEST(BoundedQueue, PushGivesUpWhenItIsClosed) {
  BoundedQueue<int> queue(QueueOrder::kFifo, 1);
  EXPECT_TRUE(queue.push(1));
  std::thread pusher([&] { EXPECT_FALSE(queue.push(2)); });
  queue.close();
  pusher.join();
  EXPECT_EQ(emptied(queue), std::vector{1});
}

TEST(BoundedQueue, TryPopDoesNotWait) {
  BoundedQueue<int> queue(QueueOrder::kFifo, 1);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
  EXPECT_TRUE(queue.try_push(1));
  EXPECT_EQ(queue.try_pop(), 1);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
}

}  // namespace
}  // namespace majuscule::test
