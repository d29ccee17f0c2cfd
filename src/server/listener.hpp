// SPDX-License-Identifier: MIT
// A listening TCP socket, non-blocking in every mode: whoever accepts waits elsewhere.
#pragma once

#include <string>

#include "server/accepted.hpp"

namespace majuscule {

class Listener {
 public:
  /// Binds and listens; port 0: the kernel picks one. `v6_only`: an IPv6 one leaves the IPv4 clients to
  /// another listener, whatever the system's default is. Throws std::system_error with a text that names the
  /// address.
  Listener(Protocol protocol, const SocketAddress& address, int backlog, bool v6_only = false);

  /// Takes over a listening socket that a service manager opened, and keeps for the next server. Throws
  /// std::runtime_error, and leaves it alone, when it is none over TCP.
  Listener(Protocol protocol, int inherited);

  /// Another listener at the same address. From now on the kernel deals the clients out to the two, and to
  /// all others made so (SO_REUSEPORT). Throws std::system_error.
  Listener twin(int backlog) const;

  int fd() const { return fd_.get(); }
  /// Somebody else keeps it open too: whoever still waits at the end is not lost.
  bool inherited() const { return inherited_; }
  Protocol protocol() const { return protocol_; }
  /// Where it really listens: `http://127.0.0.1:8000`.
  const std::string& url() const { return url_; }

  /// Takes one client from the queue, and its address with it in the same call; its descriptor is
  /// non-blocking if asked. Clients that have failed before they were accepted are passed over, up to a
  /// bound.
  AcceptResult accept(Accepted& client, bool non_blocking);
  /// Why the last accept() gave none: a text that names the listener and the reason.
  std::string failure() const;

  /// From now on no client begins to connect: the kernel drops its SYN, and when it tries again the port is
  /// closed. After Drain::kHandshakeTime no client joins the queue any more; it can be emptied for
  /// good. Does nothing to an inherited one, whose clients wait for the next server.
  void turn_newcomers_away() const;

  /// Ends the listening. The kernel resets clients that are still in the queue: turn_newcomers_away(), let
  /// Drain::kHandshakeTime pass, then accept() until the queue is empty, and none is reset.
  void close() { fd_.reset(); }

 private:
  static constexpr int kMostFailedClients = 256;

  explicit Listener(Protocol protocol) : protocol_(protocol) {}

  UniqueFd fd_;
  Protocol protocol_;
  bool inherited_ = false;
  std::string url_;
  int failure_ = 0;
};

}  // namespace majuscule
