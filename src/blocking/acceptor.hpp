// SPDX-License-Identifier: MIT
// Accepts for the modes that block: waits for clients and for the stop signal, through BlockingIo, and hands
// each client on. Runs on one thread. Returns when the server drains: the listeners are closed, and their
// queues are empty (except those that a service manager keeps).
#pragma once

#include <functional>

#include "base/log_throttle.hpp"
#include "blocking/blocking_io.hpp"
#include "blocking/drained_clients.hpp"
#include "server/clock.hpp"
#include "server/overload_responder.hpp"
#include "server/server.hpp"

namespace majuscule {

/// Another descriptor to watch while waiting for clients: `handle_event` is called when `fd` is readable, and
/// from time to time. No watch if `fd` is negative.
struct AuxiliaryWatch {
  int fd = -1;
  std::function<void()> handle_event = [] {};
};

class Acceptor {
 public:
  /// Takes over a client. Returns false and leaves the client in it when it cannot: the client is then
  /// refused.
  using Take = std::function<bool(Accepted& client)>;

  /// `non_blocking`: whether client sockets are non-blocking, for modes that serve them on a loop.
  Acceptor(Server& server, BlockingIo& io, Take take, AuxiliaryWatch watch = {}, bool non_blocking = false)
      : server_(server),
        io_(io),
        clock_(server.stop()),
        overload_(server),
        take_(std::move(take)),
        watch_(std::move(watch)),
        non_blocking_(non_blocking) {}
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  /// Accepts until the stop signal, then until the listeners' queues are empty. Then holds refused clients
  /// until they have read their answers, for half a second at most. `clients` drains meanwhile.
  void run(DrainedClients& clients);

  /// In a forked process: closes its copies of the parent's descriptors.
  void abandon() { overload_.abandon(); }

 private:
  static constexpr int kAcceptsAtOnce = 512;
  static constexpr Duration kPause = std::chrono::milliseconds(20);

  void accept_until_stopped();
  void drain_on(DrainedClients& clients);
  bool take_queued(DrainedClients& clients);
  /// Accepts one client. Also returns kExhausted when memory ran out for it.
  AcceptResult accept_one(Listener& listener);
  /// Logs a failed result. Returns whether accepting must pause.
  bool report_failure(AcceptResult result, const Listener& listener);

  Server& server_;
  BlockingIo& io_;
  Clock clock_;
  OverloadResponder overload_;
  const Take take_;
  const AuxiliaryWatch watch_;
  const bool non_blocking_;
  LogThrottle exhausted_throttle_, failure_throttle_;
};

}  // namespace majuscule
