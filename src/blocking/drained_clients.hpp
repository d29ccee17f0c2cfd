// SPDX-License-Identifier: MIT
// The clients of a mode that blocks, as the drain uses them. The acceptor drains them, or the serving thread
// does between two waits.
#pragma once

#include "server/drain.hpp"

namespace majuscule {

/// The accepting thread calls all functions except drain_meanwhile().
class DrainedClients {
 public:
  DrainedClients() = default;
  DrainedClients(const DrainedClients&) = delete;
  DrainedClients& operator=(const DrainedClients&) = delete;
  virtual ~DrainedClients() = default;

  /// The stop signal came: begins the drain unless it has begun.
  virtual void begin_drain() = 0;
  virtual Drain& drain() = 0;
  /// Does a step of the drain, other than kTakeQueued.
  virtual void obey(Drain::Step step) = 0;
  /// A client from a listener's queue was handed on.
  virtual void client_came() {}
  /// Does the steps that are due, between two waits of the thread that serves a client. Does nothing if
  /// another thread drains.
  virtual void drain_meanwhile() {}
};

}  // namespace majuscule
