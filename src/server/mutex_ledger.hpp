// SPDX-License-Identifier: MIT
// --guard=mutex: counters in memory that all share, behind one mutex.
#pragma once

#include <cassert>

#include "base/process_mutex.hpp"
#include "base/shared_array.hpp"
#include "server/counters_sum.hpp"
#include "server/guarded_ledger.hpp"

namespace majuscule {

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
  void become(unsigned worker) override {
    assert(worker < counters_.size());
    worker_ = worker;
  }
  void forget_client() override {
    const ProcessMutexLock lock(mutex_);
    assert(counters_[worker_].accepted > counters_[worker_].closed);
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

}  // namespace majuscule
