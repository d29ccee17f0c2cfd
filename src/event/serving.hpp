// SPDX-License-Identifier: MIT
// How the clients of a readiness driver are served: on the loop's thread (LoopServing), by a coroutine each
// (CoroutineServing), or on other threads (Executor).
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

  /// Continues a session in Phase::kWaits. Ends by calling settle(), sleep() or close() of the driver, or
  /// keeps the session in Phase::kExecutes until ReadinessDriver::give_back(). If it throws std::bad_alloc,
  /// the driver closes the session.
  virtual void resume(ReadinessDriver& driver, Session& session, Wake why) = 0;
  /// Whether several threads use the sessions.
  virtual bool on_other_threads() const { return false; }
  /// The drain timeout has passed: ends sleeping tasks on other threads.
  virtual void abort_tasks() {}
};

}  // namespace majuscule
