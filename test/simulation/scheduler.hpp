// SPDX-License-Identifier: MIT
// The threads that a kernel runs, as far as system calls touch them.
#pragma once

#include "majuscule/instant.hpp"

namespace majuscule::simulation {

class Scheduler {
 public:
  Scheduler() = default;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  virtual ~Scheduler() = default;

  /// The calling thread sleeps until then; others run meanwhile.
  virtual void sleep_until(Time time) = 0;
  /// The calling thread may lose the processor to others; no time passes.
  virtual void preempt() = 0;
  /// The stop signal's timer: the main thread's waits are interrupted so often. Zero: never.
  virtual void interrupt_every(Duration period) = 0;
};

}  // namespace majuscule::simulation
