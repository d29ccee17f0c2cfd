// SPDX-License-Identifier: MIT
// Fibers: a wait of any kind blocks only its own fiber; stacks are guarded and reused.
#include "blocking/fibers.hpp"

#include <sys/socket.h>

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "base/monotonic.hpp"
#include "blocking/fiber_stack.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

class FibersTest : public ::testing::Test {
 protected:
  FibersTest() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw std::bad_alloc();
    near_ = UniqueFd(ends[0]);
    far_ = UniqueFd(ends[1]);
  }

  template <typename Job>
  bool start(Job job) {
    return fibers_.start(job);
  }

  /// Runs the fibers until `done`.
  template <typename Condition>
  void run_until(Condition done) {
    const Time end = monotonic_now() + 30s;
    while (!done() && monotonic_now() < end) fibers_.poll({}, monotonic_now() + 1ms);
    EXPECT_TRUE(done());
  }

  Fibers fibers_;
  UniqueFd near_;
  UniqueFd far_;
  std::string events_;
};

TEST_F(FibersTest, RunsUntilItHasToWait) {
  EXPECT_TRUE(start([&] { events_ += "all of it"; }));
  EXPECT_EQ(events_, "all of it");
}

TEST_F(FibersTest, WaitsForBytesWhileOthersGoOn) {
  ASSERT_TRUE(start([&] {
    BlockingIo::Socket socket{near_.get()};
    char buffer[16];
    for (int i = 0; i < 3; ++i) {
      events_ += fibers_.receive(socket, buffer, sizeof buffer, {}, kNever).bytes;
    }
    EXPECT_EQ(fibers_.receive(socket, buffer, sizeof buffer, {}, kNever).result, IoResult::kEnd);
    events_ += ".";
  }));
  ASSERT_TRUE(start([&] {
    for (const char byte : {'a', 'b', 'c'}) {
      EXPECT_TRUE(fibers_.sleep(monotonic_now() + 1ms));
      EXPECT_EQ(::send(far_.get(), &byte, 1, 0), 1);
    }
    ::shutdown(far_.get(), SHUT_WR);
  }));
  EXPECT_EQ(events_, "");
  run_until([&] { return events_ == "abc."; });
}

TEST_F(FibersTest, SeesTheEndThatComesWithTheLastBytes) {
  ASSERT_TRUE(start([&] {
    BlockingIo::Socket socket{near_.get()};
    char buffer[16];
    events_ += fibers_.receive(socket, buffer, sizeof buffer, {}, kNever).bytes;
    events_ +=
        fibers_.receive(socket, buffer, sizeof buffer, {}, kNever).result == IoResult::kEnd ? "." : "?";
  }));
  EXPECT_EQ(::send(far_.get(), "bytes", 5, 0), 5);
  ::shutdown(far_.get(), SHUT_WR);
  run_until([&] { return events_ == "bytes."; });
}

TEST_F(FibersTest, WaitsForRoomToSend) {
  const std::string much(4 * 1024 * 1024, 'm');
  std::size_t sent = 0;
  ASSERT_TRUE(start([&] {
    BlockingIo::Socket socket{near_.get()};
    while (sent < much.size()) {
      std::size_t count = 0;
      const Output rest{{std::string_view(much).substr(sent), {}}};
      ASSERT_EQ(fibers_.send(socket, rest, {}, kNever, count), IoResult::kDone);
      sent += count;
    }
  }));
  EXPECT_LT(sent, much.size());
  std::size_t received = 0;
  std::string buffer(64 * 1024, ' ');
  run_until([&] {
    const auto count = ::recv(far_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) received += static_cast<std::size_t>(count);
    return received == much.size();
  });
}

TEST_F(FibersTest, ReturnsAtItsDeadline) {
  const Time until = monotonic_now() + 20ms;
  ASSERT_TRUE(start([&] {
    BlockingIo::Socket socket{near_.get()};
    char buffer[16];
    EXPECT_EQ(fibers_.receive(socket, buffer, sizeof buffer, {}, until).result, IoResult::kLater);
    EXPECT_GE(monotonic_now(), until);
    events_ += ".";
  }));
  run_until([&] { return events_ == "."; });
}

TEST_F(FibersTest, SleepersWakeInTheOrderOfTheirTimes) {
  const Time now = monotonic_now();
  for (const int turn : {3, 1, 2}) {
    ASSERT_TRUE(start([this, now, turn] {
      EXPECT_TRUE(fibers_.sleep(now + turn * 5ms));
      events_ += std::to_string(turn);
    }));
  }
  run_until([&] { return events_ == "123"; });
}

TEST_F(FibersTest, AbortEndsAllSleeps) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(start([this] {
      EXPECT_FALSE(fibers_.sleep(monotonic_now() + 1h));
      EXPECT_FALSE(fibers_.sleep(monotonic_now() + 1h));
      events_ += ".";
    }));
  }
  fibers_.abort_sleeps();
  run_until([&] { return events_ == "..."; });
}

TEST_F(FibersTest, PollReturnsWhenADescriptorIsReady) {
  ASSERT_TRUE(start([&] {
    EXPECT_TRUE(fibers_.sleep(monotonic_now() + 1ms));
    EXPECT_EQ(::send(far_.get(), "!", 1, 0), 1);
  }));
  pollfd waited{near_.get(), POLLIN, 0};
  fibers_.poll({&waited, 1}, kNever);
  char byte = 0;
  EXPECT_EQ(::recv(near_.get(), &byte, 1, MSG_DONTWAIT), 1);
}

int mappings() {
  std::ifstream maps("/proc/self/maps");
  int count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
}

TEST_F(FibersTest, ReusesStacks) {
  start([] {});
  const int before = mappings();
  for (int i = 0; i < 1000; ++i) start([] {});
  EXPECT_LE(mappings(), before + 100);  // sanitizers have mappings too
}

TEST(FiberStackDeathTest, IsGuardedBelow) {
  const FiberStack stack;
  ASSERT_TRUE(stack);
  volatile std::byte* const lowest = stack.usable().data();
  lowest[0] = std::byte{1};
  EXPECT_EXIT(
      {
        ::signal(SIGSEGV, SIG_DFL);  // no sanitizer's handler, which would report it
        lowest[-1] = std::byte{1};
      },
      ::testing::KilledBySignal(SIGSEGV), "");
}

[[gnu::noinline]] int sum_to(int n) {
  volatile char frame[1024];
  frame[0] = static_cast<char>(n);
  return n == 0 ? frame[0] : n + sum_to(n - 1);
}

TEST(FibersDeathTest, OverflowHitsTheGuard) {
  EXPECT_EXIT(
      {
        ::signal(SIGSEGV, SIG_DFL);
        Fibers fibers;
        auto overflow = [] { sum_to(1'000'000); };
        fibers.start(overflow);
      },
      ::testing::KilledBySignal(SIGSEGV), "");
}

}  // namespace
}  // namespace majuscule::test
