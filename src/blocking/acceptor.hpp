// SPDX-License-Identifier: MIT
// The front door of the modes that block: waits for clients and for the stop signal, through BlockingIo,
// and hands each client on. Runs on one thread; returns when the server drains, with the listeners closed and
// nobody left in their queues (but in those that a service manager keeps).
#pragma once

#include <functional>

#include "base/log_throttle.hpp"
#include "blocking/blocking_io.hpp"
#include "blocking/drained_clients.hpp"
#include "server/clock.hpp"
#include "server/overload_responder.hpp"
#include "server/server.hpp"

namespace majuscule {

/// What else must be seen to while waiting for clients: `attend` is called when `fd` is readable, and now and
/// then. Nothing if `fd` is negative.
struct AuxiliaryWatch {
  int fd = -1;
  std::function<void()> attend = [] {};
};

class Acceptor {
 public:
  /// Takes a client over. Returns false, with the client still in it, when it cannot: the client is then
  /// refused.
  using Take = std::function<bool(Accepted& client)>;

  /// `non_blocking`: the sockets of clients, for modes whose clients a loop serves.
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

  /// Accepts until the stop signal, then until the listeners' queues are empty, and holds refused clients
  /// until their answers have arrived: half a second at most. `clients` drains meanwhile.
  void run(DrainedClients& clients);

  /// In a forked process: closes its copies of what belongs to its parent.
  void abandon() { overload_.abandon(); }

 private:
  static constexpr int kAcceptsAtOnce = 512;
  static constexpr Duration kPause = std::chrono::milliseconds(20);

  void accept_until_stopped();
  void drain_on(DrainedClients& clients);
  bool take_queued(DrainedClients& clients);
  /// Takes one client; kExhausted also when memory ran out for it.
  AcceptResult accept_one(Listener& listener);
  /// Logs a result for which accepting must pause. Returns whether it must.
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
