// SPDX-License-Identifier: MIT
// The shared state behind its guard. For one thread: plain memory. For several threads or processes: a
// mapping that forked processes share, behind a mutex, as atomic counters, or as atomic counters in shards.
#pragma once

#include <memory>
#include <string_view>

#include "majuscule/counters.hpp"
#include "majuscule/mode.hpp"
#include "majuscule/options.hpp"

namespace majuscule {

/// Counters for processes that may die. A killed process loses the addition that was in progress and blocks
/// no other process. The master must report a dead worker, so that its clients no longer count as open. For
/// other children nothing need be reported if their parent adds `accepted` when it accepts and `closed` when
/// it has reaped the child.
class GuardedCounters : public Counters {
 public:
  /// From now on this process and those that it forks are worker `worker`, counted from 0; at first every
  /// process is worker 0. To be called while the process has one thread.
  virtual void set_worker(unsigned worker) = 0;
  /// Undoes the count of one accepted client of this worker.
  virtual void forget_client() = 0;
  /// Counts as closed all clients of a worker that has died with all its children. To be called before its
  /// number is used again.
  virtual void forget_clients_of(unsigned worker) = 0;
};

/// Returns counters at zero. `sharing` is sharing_of(mode, workers), and `guard` one that it allows. Throws
/// std::system_error when out of memory.
std::unique_ptr<GuardedCounters> make_counters(Guard guard, Sharing sharing, unsigned workers);

/// Returns what a reader of the figures must know about this guard; empty: they are exact.
std::string_view note_on(Guard guard, Sharing sharing);

}  // namespace majuscule
