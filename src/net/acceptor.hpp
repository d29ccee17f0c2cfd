// SPDX-License-Identifier: MIT
// The front door of the modes that block: waits in poll(2) for clients and for the stop signal, and hands
// each client on. Runs on one thread; returns when the server is to drain, with the listeners closed and
// nobody left in their queues (but in those that a service manager keeps).
#pragma once

#include <functional>

#include "net/clock.hpp"
#include "net/complaint.hpp"
#include "net/refusals.hpp"
#include "net/server.hpp"

namespace majuscule {

class Acceptor {
 public:
  /// Takes a client over. Returns false, with the client still in it, when it cannot: the client is then
  /// refused.
  using Take = std::function<bool(UniqueFd& client, Protocol protocol)>;

  explicit Acceptor(Server& server) : server_(server), clock_(server.stop()), refusals_(server) {}

  void run(const Take& take);

 private:
  static constexpr Duration kPause = std::chrono::milliseconds(20);

  /// False when descriptors or memory ran out.
  bool accept_all(Listener& listener, const Take& take);

  Server& server_;
  Clock clock_;
  Refusals refusals_;
  Complaint exhausted_;
};

}  // namespace majuscule
