// SPDX-License-Identifier: MIT
// The threads of a simulated kernel, as far as system calls affect them.
#pragma once

#include "majuscule/instant.hpp"

namespace majuscule::simulation {

class Scheduler {
 public:
  Scheduler() = default;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  virtual ~Scheduler() = default;

  /// The calling thread sleeps until `time`; others run meanwhile.
  virtual void sleep_until(Time time) = 0;
  /// The calling thread may be preempted; no time passes.
  virtual void preempt() = 0;
  /// The timer of the stop signal: interrupts the main thread's waits with this period. Zero: never.
  virtual void interrupt_every(Duration period) = 0;
};

}  // namespace majuscule::simulation
