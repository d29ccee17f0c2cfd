// SPDX-License-Identifier: MIT
// The shared state behind its guard: exact for any number of threads or processes, even when some are killed.
// Only requests without a guard may be lost.
#include "server/guarded_counters.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/monotonic.hpp"
#include "base/shared_array.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kAdders = 8;  // threads or processes at once
constexpr std::uint64_t kAdds = 20'000;
constexpr std::uint64_t kAll = kAdders * kAdds;
constexpr CountersDelta kDelta = {
    .requests = 1, .status = 200, .accepted = 1, .closed = 1, .timed_out = 1, .bytes_in = 2, .bytes_out = 3};

struct Case {
  Guard guard;
  Sharing sharing;
  bool is_exact() const { return guard != Guard::kNone || sharing == Sharing::kOneThread; }
};

std::vector<Case> cases(const std::function<bool(const Case&)>& wanted) {
  std::vector<Case> all;
  for (const Sharing sharing : {Sharing::kOneThread, Sharing::kThreads, Sharing::kProcesses}) {
    for (const Guard guard : allowed_guards(sharing)) all.push_back({guard, sharing});
  }
  std::erase_if(all, [&](const Case& c) { return !wanted(c); });
  return all;
}

bool is_shared(const Case& c) { return c.sharing != Sharing::kOneThread; }

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  std::string name =
      std::string(to_string(info.param.guard)) + "_for_" + std::string(to_string(info.param.sharing));
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

/// A child that runs `work` and ends without the test program's exit handlers. Killed at the end of the test
/// at the latest.
class Child {
 public:
  explicit Child(const std::function<void()>& work) : pid_(::fork()) {
    if (pid_ != 0) return;
    work();
    ::_exit(0);
  }
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Child& operator=(Child&&) = delete;
  ~Child() { kill(); }

  void wait() {
    int status = -1;
    EXPECT_EQ(::waitpid(std::exchange(pid_, -1), &status, 0) > 0 ? status : -1, 0);
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

 private:
  pid_t pid_;
};

void run_threads(const std::function<void(unsigned)>& work) {
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kAdders; ++i) threads.emplace_back([&, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

void run_processes(const std::function<void(unsigned)>& work) {
  std::vector<Child> children;
  children.reserve(kAdders);  // otherwise valgrind sees it half moved in the child
  for (unsigned i = 0; i < kAdders; ++i) children.emplace_back([&, i] { work(i); });
  for (Child& child : children) child.wait();
}

/// Runs `work(number)` in eight threads or processes at once, depending on the case; none starts before all
/// are ready.
void run_at_once(const Case& c, const std::function<void(unsigned)>& work) {
  const SharedArray<std::atomic<unsigned>> there(1, 0U);
  const auto work_with_the_others = [&](unsigned number) {
    ++there[0];
    while (there[0] < kAdders) std::this_thread::yield();
    work(number);
  };
  c.sharing == Sharing::kProcesses ? run_processes(work_with_the_others) : run_threads(work_with_the_others);
}

class GuardedCountersTest : public ::testing::TestWithParam<Case> {
 protected:
  std::unique_ptr<GuardedCounters> counters(unsigned workers = 1) const {
    return make_counters(GetParam().guard, GetParam().sharing, workers);
  }
};

class EveryCounters : public GuardedCountersTest {};
INSTANTIATE_TEST_SUITE_P(Guards, EveryCounters, ::testing::ValuesIn(cases([](const Case&) { return true; })),
                         name_of);

TEST_P(EveryCounters, AddsUp) {
  const auto counters = this->counters();
  counters->add({.requests = 1, .status = 200, .accepted = 3, .closed = 1, .bytes_in = 3});
  counters->add({.requests = 1, .status = 503, .refused = 4, .timed_out = 5, .bytes_in = 4, .bytes_out = 6});
  EXPECT_EQ(counters->next_sequence_number(), 1U);
  EXPECT_EQ(counters->next_sequence_number(), 2U);
  const CounterValues values = counters->read();
  EXPECT_EQ(values.requests, 2U);
  EXPECT_EQ(values.responses[status_index(200)], 1U);
  EXPECT_EQ(values.responses[status_index(503)], 1U);
  EXPECT_EQ(values.responses[status_index(404)], 0U);
  EXPECT_EQ(values.accepted, 3U);
  EXPECT_EQ(values.closed, 1U);
  EXPECT_EQ(values.refused, 4U);
  EXPECT_EQ(values.timed_out, 5U);
  EXPECT_EQ(values.bytes_in, 7U);
  EXPECT_EQ(values.bytes_out, 6U);
  EXPECT_EQ(values.sequence_numbers, 2U);
}

TEST_P(EveryCounters, SaysWhetherItMayLoseUpdates) {
  EXPECT_EQ(note_on(GetParam().guard, GetParam().sharing).empty(), GetParam().is_exact());
}

class SharedCounters : public GuardedCountersTest {};
INSTANTIATE_TEST_SUITE_P(Guards, SharedCounters, ::testing::ValuesIn(cases(is_shared)), name_of);

/// Everything that the guard protects: all counters, but not the requests if there is no guard.
TEST_P(SharedCounters, IsExactUnderConcurrency) {
  const auto counters = this->counters();
  run_at_once(GetParam(), [&](unsigned) {
    for (std::uint64_t i = 0; i < kAdds; ++i) counters->add(kDelta);
  });
  const CounterValues values = counters->read();
  EXPECT_LE(values.requests, kAll);
  EXPECT_TRUE(values.requests == kAll || !GetParam().is_exact()) << values.requests;
  EXPECT_EQ(values.responses[status_index(200)], kAll);
  EXPECT_EQ(values.accepted, kAll);
  EXPECT_EQ(values.closed, kAll);
  EXPECT_EQ(values.timed_out, kAll);
  EXPECT_EQ(values.bytes_in, 2 * kAll);
  EXPECT_EQ(values.bytes_out, 3 * kAll);
}

TEST_P(SharedCounters, GivesEverySequenceNumberOnce) {
  const auto counters = this->counters();
  const SharedArray<std::uint64_t> sums(kAdders);
  run_at_once(GetParam(), [&](unsigned number) {
    for (std::uint64_t i = 0; i < kAdds; ++i) sums[number] += counters->next_sequence_number();
  });
  std::uint64_t sum = 0;
  for (const std::uint64_t of_one : sums) sum += of_one;
  EXPECT_EQ(sum, kAll * (kAll + 1) / 2);
}

TEST_P(SharedCounters, NeverShowsMoreClosedThanAccepted) {
  const auto counters = this->counters();
  run_at_once(GetParam(), [&](unsigned) {
    for (std::uint64_t i = 0; i < kAdds / 10; ++i) {
      counters->add({.accepted = 1});
      const CounterValues seen = counters->read();
      if (seen.closed >= seen.accepted) std::abort();  // a reader must see this client as open
      counters->add({.closed = 1});
    }
  });
  EXPECT_EQ(counters->read().accepted, counters->read().closed);
}

TEST_P(SharedCounters, ForgetsTheClientsOfADeadWorker) {
  constexpr unsigned kWorkers = 3;
  const auto counters = this->counters(kWorkers);
  for (unsigned worker = 0; worker < kWorkers; ++worker) {
    Child([&] {
      counters->set_worker(worker);
      counters->add({.requests = 1, .accepted = 10, .closed = worker});
      Child([&] { counters->add({.accepted = 1}); }).wait();  // its children count for the same worker
    }).wait();
  }
  EXPECT_EQ(counters->read().accepted - counters->read().closed, 30U);
  counters->forget_clients_of(1);
  EXPECT_EQ(counters->read().accepted - counters->read().closed, 20U);
  EXPECT_EQ(counters->read().accepted, 33U);
  EXPECT_EQ(counters->read().requests, 3U) << "what else it did stays counted";
  Child([&] {
    counters->set_worker(1);
    counters->add({.accepted = 5, .closed = 1});
  }).wait();
  EXPECT_EQ(counters->read().accepted - counters->read().closed, 24U);
}

TEST_P(SharedCounters, IsNotBlockedByAKilledProcess) {
  constexpr int kRounds = 50;
  const auto counters = this->counters(2);
  const SharedArray<std::atomic<bool>> adds(1, false);
  for (int i = 0; i < kRounds; ++i) {
    adds[0] = false;
    Child victim([&] {
      counters->set_worker(1);
      for (;;) {
        counters->add({.requests = 1, .accepted = 1});
        adds[0] = true;
      }
    });
    while (!adds[0]) std::this_thread::yield();
    victim.kill();  // while it adds
    counters->forget_clients_of(1);
    const CounterValues before = counters->read();
    EXPECT_EQ(before.accepted, before.closed);
    counters->add(kDelta);
    EXPECT_EQ(counters->read().requests, before.requests + 1);
  }
}

/// Returns whether threads or processes really run in parallel; valgrind runs one thread at a time.
bool runs_at_once(Sharing sharing) {
  cpu_set_t cpus;
  const char* const preloaded = std::getenv("LD_PRELOAD");
  const bool in_valgrind =
      preloaded != nullptr && std::string(preloaded).find("valgrind") != std::string::npos;
  return ::sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) > 1 &&
         (sharing == Sharing::kProcesses || !in_valgrind);
}

/// An update is lost when another thread adds between its two halves. With real parallelism that happens
/// sooner or later.
TEST_P(SharedCounters, LosesUpdatesOfRequestsOnlyWithoutAGuard) {
  constexpr std::uint64_t kManyAdds = 50 * kAdds;  // for longer than a time slice
  const bool is_exact = GetParam().is_exact();
  if (!is_exact && !runs_at_once(GetParam().sharing)) GTEST_SKIP() << "needs two CPUs";
  const auto counters = this->counters();
  const Time end = monotonic_now() + (is_exact ? 1s : 30s);
  std::uint64_t added = 0;
  while (counters->read().requests == added && monotonic_now() < end) {
    run_at_once(GetParam(), [&](unsigned) {
      for (std::uint64_t i = 0; i < kManyAdds; ++i) counters->add({.requests = 1});
    });
    added += kAdders * kManyAdds;
  }
  EXPECT_EQ(counters->read().requests == added, is_exact) << added << " were added";
}

TEST(MutexCounters, ReadsAllCountersAtOneMoment) {
  const auto counters = make_counters(Guard::kMutex, Sharing::kThreads, 1);
  run_threads([&](unsigned) {
    for (std::uint64_t i = 0; i < kAdds; ++i) {
      counters->add(kDelta);
      const CounterValues seen = counters->read();
      EXPECT_EQ(seen.bytes_in, 2 * seen.requests);
      EXPECT_EQ(seen.responses[status_index(200)], seen.accepted);
    }
  });
}

TEST(Guards, HaveTheirNames) {
  EXPECT_EQ(to_string(Guard::kNone), "none");
  EXPECT_EQ(to_string(Guard::kMutex), "mutex");
  EXPECT_EQ(to_string(Guard::kAtomic), "atomic");
  EXPECT_EQ(to_string(Guard::kSharded), "sharded");
}

TEST(Guards, AreAllAllowedWhereStateIsShared) {
  EXPECT_EQ(allowed_guards(Sharing::kOneThread).size(), 1U);
  EXPECT_EQ(allowed_guards(Sharing::kOneThread).front(), Guard::kNone);
  EXPECT_EQ(allowed_guards(Sharing::kThreads).size(), 4U);
  EXPECT_EQ(allowed_guards(Sharing::kThreads).front(), Guard::kMutex);
  EXPECT_EQ(allowed_guards(Sharing::kProcesses).size(), 4U);
  EXPECT_EQ(allowed_guards(Sharing::kProcesses).front(), Guard::kAtomic);
}

TEST(Guards, OfWorkersAreThoseOfProcesses) {
  const Mode mode{"a", "b", Sharing::kOneThread, nullptr};
  EXPECT_EQ(sharing_of(mode, 1), Sharing::kOneThread);
  EXPECT_EQ(sharing_of(mode, 2), Sharing::kProcesses);
  const Mode threads{"a", "b", Sharing::kThreads, nullptr};
  EXPECT_EQ(sharing_of(threads, 2), Sharing::kThreads);
}

}  // namespace
}  // namespace majuscule::test
