// SPDX-License-Identifier: MIT
// One meter over several processes: it includes the resources of each while it lives and afterwards.
#include "server/resource_meter.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "support/thread_sanitizer.hpp"

namespace majuscule::test {
namespace {

double seconds(const Resources& resources) { return resources.user_seconds + resources.system_seconds; }

double own_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Returns whether `threads` are the `expected` ones; a sanitizer may add some.
bool are(std::uint64_t threads, std::uint64_t expected) {
  return kHasThreadSanitizer ? threads >= expected : threads == expected;
}

void burn(double more) {
  const double until = own_seconds() + more;
  while (own_seconds() < until) {
  }
}

/// A metered process that does `work`, reports it, and waits to be killed.
template <typename Work>
class Child {
 public:
  Child(ResourceMeter& meter, Work work) : meter_(meter) {
    EXPECT_EQ(::pipe(ends_), 0);
    pid_ = meter.fork();
    if (pid_ == 0) {
      work();
      [[maybe_unused]] const auto said = ::write(ends_[1], "", 1);
      ::pause();
    }
    ::close(ends_[1]);
    char done = 1;
    EXPECT_EQ(::read(ends_[0], &done, 1), 1) << "the child ended without a message";
  }
  ~Child() { ::close(ends_[0]); }
  void end() const {
    int status = 0;
    rusage usage{};
    ::kill(pid_, SIGKILL);
    EXPECT_EQ(::wait4(pid_, &status, 0, &usage), pid_);
    meter_.reaped(pid_, usage);
  }

 private:
  ResourceMeter& meter_;
  pid_t pid_ = 0;
  int ends_[2] = {-1, -1};
};

TEST(ResourceMeter, MeasuresASingleProcess) {
  const ResourceMeter meter(0);
  burn(0.02);
  const Resources first = meter.read();
  EXPECT_NEAR(seconds(first), own_seconds(), 0.1);
  EXPECT_TRUE(are(first.threads, 1));
  EXPECT_GE(first.max_rss_bytes, 1024U * 1024U);
  ::usleep(1'000);
  EXPECT_GT(meter.read().voluntary_switches, first.voluntary_switches);
}

TEST(ResourceMeter, CountsAChildWhileItLivesAndAfterwards) {
  ResourceMeter meter(1);
  const Resources before = meter.read();
  const Child child(meter, [] {
    burn(0.2);
    for (int i = 0; i < 50; ++i) ::usleep(1'000);
  });
  const Resources living = meter.read();
  EXPECT_GE(seconds(living) - seconds(before), 0.15) << "its CPU time has steps of 10 ms";
  EXPECT_GE(living.voluntary_switches - before.voluntary_switches, 25U) << "a few sleeps may not switch";
  EXPECT_TRUE(are(living.threads, 2));
  EXPECT_GT(living.max_rss_bytes, before.max_rss_bytes);
  child.end();
  const Resources dead = meter.read();
  EXPECT_GE(seconds(dead), seconds(living));
  EXPECT_LE(seconds(dead) - seconds(living), 0.15);
  EXPECT_GE(dead.voluntary_switches, living.voluntary_switches);
  EXPECT_GE(dead.max_rss_bytes, living.max_rss_bytes);
  EXPECT_TRUE(are(dead.threads, 1));
}

TEST(ResourceMeter, CountsLessThanAStepOfALivingChild) {
  if (::access("/proc/self/schedstat", R_OK) != 0) GTEST_SKIP() << "this kernel reports no exact times";
  if (kHasThreadSanitizer) GTEST_SKIP() << "ThreadSanitizer adds a thread";
  ResourceMeter meter(20);
  const double before = seconds(meter.read());
  std::vector<std::unique_ptr<Child<void (*)()>>> children;
  for (int i = 0; i < 20; ++i)
    children.push_back(std::make_unique<Child<void (*)()>>(meter, [] { burn(0.004); }));
  EXPECT_GE(seconds(meter.read()) - before, 20 * 0.004);
  for (const auto& child : children) child->end();
  EXPECT_GE(seconds(meter.read()) - before, 20 * 0.004);
}

TEST(ResourceMeter, AddsUpSuccessiveProcessesOfASlot) {
  ResourceMeter meter(1);
  const double before = seconds(meter.read());
  for (int i = 0; i < 3; ++i) Child(meter, [] { burn(0.05); }).end();
  EXPECT_GE(seconds(meter.read()) - before, 0.15);
}

TEST(ResourceMeter, CountsProcessesWithoutASlotWhenReaped) {
  ResourceMeter meter(0);
  const double before = seconds(meter.read());
  const Child child(meter, [] { burn(0.1); });
  EXPECT_TRUE(are(meter.read().threads, 1));
  child.end();
  EXPECT_GE(seconds(meter.read()) - before, 0.1);
}

/// wait4(2) reports a child together with the children that it has reaped.
TEST(ResourceMeter, CountsAGrandchildOnce) {
  ResourceMeter meter(2);
  const double before = seconds(meter.read());
  const Child child(meter, [&] { Child(meter, [] { burn(0.3); }).end(); });
  EXPECT_GE(seconds(meter.read()) - before, 0.3);
  child.end();
  EXPECT_LT(seconds(meter.read()) - before, 0.55);
}

TEST(ResourceMeter, IsTheSameInEveryProcess) {
  ResourceMeter meter(1);
  burn(0.1);
  const Child child(meter, [&] {
    if (seconds(meter.read()) < 0.08 || !are(meter.read().threads, 2)) ::_exit(1);
  });
  child.end();
}

TEST(ResourceMeter, IncludesPublishedFigures) {
  ResourceMeter meter(1);
  const Child child(meter, [&] { meter.publish(); });
  EXPECT_GE(seconds(meter.read()), 0.0);
  child.end();
}

}  // namespace
}  // namespace majuscule::test
