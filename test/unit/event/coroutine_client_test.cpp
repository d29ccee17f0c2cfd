// SPDX-License-Identifier: MIT
// However a client's coroutine ends, its locals are destroyed once, and its frame is freed once (checked by
// the address sanitizer).
#include "event/coroutine_client.hpp"

#include <new>
#include <string>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

/// A local of the coroutine. Its text is long enough for the heap, so that destroying it twice is an error.
class Local {
 public:
  explicit Local(int& destroyed) : destroyed_(destroyed) {}
  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;
  ~Local() { ++destroyed_; }

 private:
  int& destroyed_;
  const std::string text_ = std::string(100, 'x');
};

enum class End { kReturns, kThrows };

ClientCoroutine waits_then(End end, int& destroyed) {
  const Local local(destroyed);
  co_await std::suspend_always();
  if (end == End::kThrows) throw std::bad_alloc();
}

TEST(ClientCoroutine, BeginsWhenItIsFirstResumed) {
  int destroyed = 0;
  Resumable& coroutine = waits_then(End::kReturns, destroyed).coroutine;
  coroutine.destroy();
  EXPECT_EQ(destroyed, 0);
}

TEST(ClientCoroutine, IsFreedWhereItWaits) {
  int destroyed = 0;
  Resumable& coroutine = waits_then(End::kReturns, destroyed).coroutine;
  EXPECT_TRUE(coroutine.resume(Wake::kAccepted));
  EXPECT_EQ(destroyed, 0);
  coroutine.destroy();
  EXPECT_EQ(destroyed, 1);
}

TEST(ClientCoroutine, ReportsThatItHasReturned) {
  int destroyed = 0;
  Resumable& coroutine = waits_then(End::kReturns, destroyed).coroutine;
  EXPECT_TRUE(coroutine.resume(Wake::kAccepted));
  EXPECT_FALSE(coroutine.resume(Wake::kReady));
  EXPECT_EQ(destroyed, 1);
  coroutine.destroy();
  EXPECT_EQ(destroyed, 1);
}

TEST(ClientCoroutine, PropagatesAnExceptionAndEnds) {
  int destroyed = 0;
  Resumable& coroutine = waits_then(End::kThrows, destroyed).coroutine;
  EXPECT_TRUE(coroutine.resume(Wake::kAccepted));
  EXPECT_THROW(coroutine.resume(Wake::kReady), std::bad_alloc);
  EXPECT_EQ(destroyed, 1);
  coroutine.destroy();
  EXPECT_EQ(destroyed, 1);
}

}  // namespace
}  // namespace majuscule::test
