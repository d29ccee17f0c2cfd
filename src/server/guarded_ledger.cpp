// SPDX-License-Identifier: MIT
#include "server/guarded_ledger.hpp"

#include <pthread.h>

#include <array>
#include <atomic>
#include <utility>

#include "base/process_mutex.hpp"
#include "base/shared_array.hpp"

namespace majuscule {
namespace {

class UnguardedLedger final : public GuardedLedger {
 public:
  void add(const Tally& tally) override { counters_.add(tally); }
  std::uint64_t next_ticket() override { return ++counters_.tickets; }
  Counters read() const override { return counters_; }
  void become(unsigned) override {}
  void forget_client() override { --counters_.accepted; }
  void forget_clients_of(unsigned) override {}

 private:
  Counters counters_;
};

/// Adds every counter of `other`, read by `load`, to those of `sum`.
template <typename Load>
void add_all(Counters& sum, Counters& other, Load load) {
  constexpr std::array kSingle = {&Counters::requests,  &Counters::accepted,  &Counters::closed,
                                  &Counters::refused,   &Counters::timed_out, &Counters::bytes_in,
                                  &Counters::bytes_out, &Counters::tickets};
  static_assert(sizeof(Counters) ==
                (kSingle.size() + std::tuple_size_v<decltype(Counters::responses)>)*sizeof(std::uint64_t));
  for (const auto counter : kSingle) sum.*counter += load(other.*counter);
  for (std::size_t i = 0; i < sum.responses.size(); ++i) sum.responses[i] += load(other.responses[i]);
}

/// Each worker counts for itself, so that its clients can be forgotten; all do it behind one mutex.
class MutexLedger final : public GuardedLedger {
 public:
  MutexLedger(bool for_processes, unsigned workers)
      : mutex_memory_(1, for_processes), mutex_(mutex_memory_[0]), counters_(workers) {}

  void add(const Tally& tally) override {
    const ProcessMutexLock lock(mutex_);
    counters_[worker_].add(tally);
  }
  std::uint64_t next_ticket() override {
    const ProcessMutexLock lock(mutex_);
    return ++counters_[0].tickets;
  }
  Counters read() const override {
    const ProcessMutexLock lock(mutex_);
    Counters sum;
    for (Counters& counters : counters_) {
      add_all(sum, counters, [](std::uint64_t counter) { return counter; });
    }
    return sum;
  }
  void become(unsigned worker) override { worker_ = worker; }
  void forget_client() override {
    const ProcessMutexLock lock(mutex_);
    --counters_[worker_].accepted;
  }
  void forget_clients_of(unsigned worker) override {
    const ProcessMutexLock lock(mutex_);
    counters_[worker].closed = counters_[worker].accepted;
  }

 private:
  const SharedArray<ProcessMutex> mutex_memory_;
  ProcessMutex& mutex_;
  const SharedArray<Counters> counters_ MAJUSCULE_GUARDED_BY(mutex_);
  unsigned worker_ = 0;
};

static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free, "a lock would not be shared by processes");

constexpr std::size_t kCacheLine = 64;

/// What is added here is added here by few, so the cache line seldom moves.
struct alignas(kCacheLine) Shard {
  Counters counters;
};

/// The clients of one worker.
struct alignas(kCacheLine) Clients {
  std::uint64_t accepted = 0;
  std::uint64_t closed = 0;
};

/// Which shard a thread adds to; threads that come after the last one share them in turn.
constexpr unsigned kShards = 64;
constexpr unsigned kNoShard = kShards;
thread_local unsigned t_shard = kNoShard;

class AtomicLedger final : public GuardedLedger {
 public:
  /// `guard` is any but the mutex.
  AtomicLedger(Guard guard, unsigned workers)
      : loses_requests_(guard == Guard::kNone),
        shards_(guard == Guard::kSharded ? kShards : 1),
        clients_(workers),
        shards_taken_(1) {
    // A forked process has a thread that it did not take a shard for.
    [[maybe_unused]] static const int kRegistered =
        ::pthread_atfork(nullptr, nullptr, [] { t_shard = kNoShard; });
  }

  void add(const Tally& tally) override {
    Tally rest = tally;
    Clients& clients = clients_[worker_];
    increase(clients.accepted, std::exchange(rest.accepted, 0), std::memory_order_relaxed);
    increase(clients.closed, std::exchange(rest.closed, 0), std::memory_order_release);
    Counters& counters = my_shard().counters;
    if (loses_requests_) increase_unguarded(counters.requests, std::exchange(rest.requests, 0));
    counters.add(rest, [](std::uint64_t& counter, std::uint64_t amount) {
      increase(counter, amount, std::memory_order_relaxed);
    });
  }
  std::uint64_t next_ticket() override {
    return std::atomic_ref(shards_[0].counters.tickets).fetch_add(1, std::memory_order_relaxed) + 1;
  }
  Counters read() const override {
    Counters sum;
    for (Clients& clients : clients_) {
      // In this order nobody sees a client closed before it was accepted.
      sum.closed += load(clients.closed, std::memory_order_acquire);
      sum.accepted += load(clients.accepted, std::memory_order_relaxed);
    }
    for (Shard& shard : shards_) {
      add_all(sum, shard.counters,
              [](std::uint64_t& counter) { return load(counter, std::memory_order_relaxed); });
    }
    return sum;
  }
  void become(unsigned worker) override { worker_ = worker; }
  void forget_client() override {
    std::atomic_ref(clients_[worker_].accepted).fetch_sub(1, std::memory_order_relaxed);
  }
  void forget_clients_of(unsigned worker) override {
    Clients& clients = clients_[worker];
    std::atomic_ref(clients.closed)
        .store(load(clients.accepted, std::memory_order_relaxed), std::memory_order_release);
  }

 private:
  static std::uint64_t load(std::uint64_t& counter, std::memory_order order) {
    return std::atomic_ref(counter).load(order);
  }
  static void increase(std::uint64_t& counter, std::uint64_t amount, std::memory_order order) {
    if (amount != 0) std::atomic_ref(counter).fetch_add(amount, order);
  }
  /// Without a guard: not undefined, since each half is atomic, but what others add between the two is lost.
  static void increase_unguarded(std::uint64_t& counter, std::uint64_t amount) {
    const std::atomic_ref cell(counter);
    if (amount != 0) cell.store(cell.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }

  Shard& my_shard() {
    if (shards_.size() == 1) return shards_[0];
    if (t_shard == kNoShard) t_shard = shards_taken_[0].fetch_add(1, std::memory_order_relaxed) % kShards;
    return shards_[t_shard];
  }

  const bool loses_requests_;
  const SharedArray<Shard> shards_;
  const SharedArray<Clients> clients_;
  const SharedArray<std::atomic<unsigned>> shards_taken_;
  unsigned worker_ = 0;
};

constexpr std::array kOneThreadGuards = {Guard::kNone};
constexpr std::array kThreadGuards = {Guard::kMutex, Guard::kAtomic, Guard::kSharded, Guard::kNone};
constexpr std::array kProcessGuards = {Guard::kAtomic, Guard::kMutex, Guard::kSharded, Guard::kNone};

}  // namespace

std::span<const Guard> allowed_guards(Sharing sharing) {
  switch (sharing) {
    case Sharing::kOneThread: return kOneThreadGuards;
    case Sharing::kThreads: return kThreadGuards;
    case Sharing::kProcesses: return kProcessGuards;
  }
  return {};
}

Sharing sharing_of(const Mode& mode, unsigned workers) {
  return workers > 1 && mode.sharing == Sharing::kOneThread ? Sharing::kProcesses : mode.sharing;
}

std::string_view to_string(Sharing sharing) {
  switch (sharing) {
    case Sharing::kOneThread: return "one thread";
    case Sharing::kThreads: return "threads";
    case Sharing::kProcesses: return "processes";
  }
  return {};
}

std::string_view to_string(Guard guard) {
  switch (guard) {
    case Guard::kNone: return "none";
    case Guard::kMutex: return "mutex";
    case Guard::kAtomic: return "atomic";
    case Guard::kSharded: return "sharded";
  }
  return {};
}

std::string_view to_string(QueueOrder order) {
  switch (order) {
    case QueueOrder::kFifo: return "fifo";
    case QueueOrder::kLifo: return "lifo";
    case QueueOrder::kPriority: return "priority";
  }
  return {};
}

std::string_view note_on(Guard guard, Sharing sharing) {
  return guard == Guard::kNone && sharing != Sharing::kOneThread ? "updates of requests may be lost" : "";
}

std::unique_ptr<GuardedLedger> make_ledger(Guard guard, Sharing sharing, unsigned workers) {
  if (sharing == Sharing::kOneThread) return std::make_unique<UnguardedLedger>();
  if (guard == Guard::kMutex) {
    return std::make_unique<MutexLedger>(sharing == Sharing::kProcesses || workers > 1, workers);
  }
  return std::make_unique<AtomicLedger>(guard, workers);
}

}  // namespace majuscule
