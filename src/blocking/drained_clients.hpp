// SPDX-License-Identifier: MIT
// The clients of a mode that blocks, as the drain sees them: the acceptor drains them, or between two waits
// the thread that serves one.
#pragma once

#include "server/drain.hpp"

namespace majuscule {

/// Called by the accepting thread, but for drain_meanwhile().
class DrainedClients {
 public:
  DrainedClients() = default;
  DrainedClients(const DrainedClients&) = delete;
  DrainedClients& operator=(const DrainedClients&) = delete;
  virtual ~DrainedClients() = default;

  /// The stop signal came: begins to drain, unless that has happened.
  virtual void begin_drain() = 0;
  virtual Drain& drain() = 0;
  /// Does a step of the drain, other than kTakeQueued.
  virtual void obey(Drain::Step step) = 0;
  /// A client that waited in a queue has been handed on.
  virtual void client_came() {}
  /// Does what is due, between two waits of the thread that serves a client. Nothing, if another thread
  /// drains.
  virtual void drain_meanwhile() {}
};

}  // namespace majuscule
