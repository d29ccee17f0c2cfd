// SPDX-License-Identifier: MIT
// What an acceptor drains: the clients that it has handed on.
#pragma once

#include "server/drain.hpp"

namespace majuscule {

/// For the accepting thread.
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
};

}  // namespace majuscule
