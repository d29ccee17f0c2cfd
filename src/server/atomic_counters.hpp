// SPDX-License-Identifier: MIT
// --guard=atomic and --guard=sharded: atomic counters in shared memory, in one place or in shards. Also
// --guard=none where several threads or processes share them: updates of `requests` may then be lost.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cassert>
#include <utility>

#include "base/shared_array.hpp"
#include "server/counters_sum.hpp"
#include "server/guarded_counters.hpp"

namespace majuscule {

static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free, "a lock would not be shared by processes");

inline constexpr std::size_t kCacheLine = 64;

/// Few threads add to a shard, so its cache line seldom moves between cores.
struct alignas(kCacheLine) Shard {
  CounterValues values;
};

/// The clients of one worker.
struct alignas(kCacheLine) Clients {
  std::uint64_t accepted = 0;
  std::uint64_t closed = 0;
};

/// Each thread adds to one shard; when there are more threads than shards, they share them in turn.
inline constexpr unsigned kShards = 64;
inline constexpr unsigned kNoShard = kShards;
inline thread_local unsigned t_shard = kNoShard;

class AtomicCounters final : public GuardedCounters {
 public:
  /// `guard` is any but the mutex.
  AtomicCounters(Guard guard, unsigned workers)
      : loses_requests_(guard == Guard::kNone),
        shards_(guard == Guard::kSharded ? kShards : 1),
        clients_(workers),
        shards_taken_(1) {
    assert(guard != Guard::kMutex);
    // A forked process has a thread that has not taken a shard.
    [[maybe_unused]] static const int kRegistered =
        ::pthread_atfork(nullptr, nullptr, [] { t_shard = kNoShard; });
  }

  void add(const CountersDelta& delta) override {
    CountersDelta rest = delta;
    Clients& clients = clients_[worker_];
    increase(clients.accepted, std::exchange(rest.accepted, 0), std::memory_order_relaxed);
    increase(clients.closed, std::exchange(rest.closed, 0), std::memory_order_release);
    CounterValues& values = my_shard().values;
    if (loses_requests_) increase_unguarded(values.requests, std::exchange(rest.requests, 0));
    values.add(rest, [](std::uint64_t& counter, std::uint64_t amount) {
      increase(counter, amount, std::memory_order_relaxed);
    });
  }
  std::uint64_t next_sequence_number() override {
    return std::atomic_ref(shards_[0].values.sequence_numbers).fetch_add(1, std::memory_order_relaxed) + 1;
  }
  CounterValues read() const override {
    CounterValues sum;
    for (Clients& clients : clients_) {
      // In this order no reader sees a client closed before it was accepted.
      sum.closed += load(clients.closed, std::memory_order_acquire);
      sum.accepted += load(clients.accepted, std::memory_order_relaxed);
    }
    for (Shard& shard : shards_) {
      add_all(sum, shard.values,
              [](std::uint64_t& counter) { return load(counter, std::memory_order_relaxed); });
    }
    return sum;
  }
  void set_worker(unsigned worker) override {
    assert(worker < clients_.size());
    worker_ = worker;
  }
  void forget_client() override {
    [[maybe_unused]] const std::uint64_t before =
        std::atomic_ref(clients_[worker_].accepted).fetch_sub(1, std::memory_order_relaxed);
    assert(before > 0);
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
  /// Without a guard: no undefined behaviour, since each half is atomic, but concurrent additions between the
  /// two are lost.
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

}  // namespace majuscule
