// SPDX-License-Identifier: MIT
// --guard=mutex: counters in shared memory behind one mutex.
#pragma once

#include <cassert>

#include "base/process_mutex.hpp"
#include "base/shared_array.hpp"
#include "server/counters_sum.hpp"
#include "server/guarded_counters.hpp"

namespace majuscule {

/// Each worker counts its clients separately, so that those of a dead worker can be subtracted; one mutex
/// guards all.
class MutexCounters final : public GuardedCounters {
 public:
  MutexCounters(bool for_processes, unsigned workers)
      : mutex_memory_(1, for_processes), mutex_(mutex_memory_[0]), values_(workers) {}

  void add(const CountersDelta& delta) override {
    const ProcessMutexLock lock(mutex_);
    values_[worker_].add(delta);
  }
  std::uint64_t next_sequence_number() override {
    const ProcessMutexLock lock(mutex_);
    return ++values_[0].sequence_numbers;
  }
  CounterValues read() const override {
    const ProcessMutexLock lock(mutex_);
    CounterValues sum;
    for (CounterValues& values : values_) {
      add_all(sum, values, [](std::uint64_t counter) { return counter; });
    }
    return sum;
  }
  void set_worker(unsigned worker) override {
    assert(worker < values_.size());
    worker_ = worker;
  }
  void forget_client() override {
    const ProcessMutexLock lock(mutex_);
    assert(values_[worker_].accepted > values_[worker_].closed);
    --values_[worker_].accepted;
  }
  void forget_clients_of(unsigned worker) override {
    const ProcessMutexLock lock(mutex_);
    values_[worker].closed = values_[worker].accepted;
  }

 private:
  const SharedArray<ProcessMutex> mutex_memory_;
  ProcessMutex& mutex_;
  const SharedArray<CounterValues> values_ MAJUSCULE_GUARDED_BY(mutex_);
  unsigned worker_ = 0;
};

}  // namespace majuscule
