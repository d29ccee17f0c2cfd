// SPDX-License-Identifier: MIT
// The ways to serve the clients of a readiness driver: on the loop's own thread (LoopServing), by a coroutine
// each (CoroutineServing), by threads elsewhere (Executor).
#pragma once

#include "event/session.hpp"

namespace majuscule {

class ReadinessDriver;

/// Called on the driver's thread, or with its mutex held.
class Serving {
 public:
  Serving() = default;
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  virtual ~Serving() = default;

  /// Goes on with a session in Phase::kWaits, and at last has the driver settle() it, sleep() or close() it;
  /// or keeps it in Phase::kExecutes until ReadinessDriver::give_back(). Throws std::bad_alloc: then the
  /// driver closes it.
  virtual void resume(ReadinessDriver& driver, Session& session, Wake why) = 0;
  /// Whether sessions are touched on several threads.
  virtual bool on_other_threads() const { return false; }
  /// The drain timeout has passed: gives up tasks that sleep on threads elsewhere.
  virtual void abort_tasks() {}
};

}  // namespace majuscule
