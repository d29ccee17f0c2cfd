// SPDX-License-Identifier: MIT
// The shared state behind its guard: plain memory for a single thread; for several threads or processes a
// mapping, which whoever is forked later shares, behind a mutex, atomic counters, or atomic counters in
// shards.
#pragma once

#include <memory>
#include <string_view>

#include "majuscule/counters.hpp"
#include "majuscule/mode.hpp"
#include "majuscule/options.hpp"

namespace majuscule {

/// Counters whose processes may die. A killed process loses what it was just adding and holds nobody up.
/// That the clients of a dead worker are open no more must be told; other children need not tell anything
/// where their parent adds `accepted` when it accepts and `closed` when it has reaped the child.
class GuardedCounters : public Counters {
 public:
  /// From now on this process, and those that it forks, is worker number `worker`, counted from 0; at first
  /// every process is worker 0. To be called while the process has one thread.
  virtual void become(unsigned worker) = 0;
  /// Takes back that a client of this worker was accepted.
  virtual void forget_client() = 0;
  /// Counts as closed all clients of a worker that has died with everything it has forked. Before its number
  /// is used again.
  virtual void forget_clients_of(unsigned worker) = 0;
};

/// Empty counters. `sharing` is sharing_of(mode, workers), and `guard` one that it allows. Throws
/// std::system_error when there is no memory.
std::unique_ptr<GuardedCounters> make_counters(Guard guard, Sharing sharing, unsigned workers);

/// What a reader of the figures must know about this guard; empty: nothing, they are exact.
std::string_view note_on(Guard guard, Sharing sharing);

}  // namespace majuscule
