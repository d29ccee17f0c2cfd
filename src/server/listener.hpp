// SPDX-License-Identifier: MIT
// A listening TCP socket, non-blocking in every mode: no caller waits in accept(2).
#pragma once

#include <string>

#include "server/accepted.hpp"

namespace majuscule {

class Listener {
 public:
  /// Binds and listens; port 0: the kernel picks one. `v6_only`: an IPv6 listener does not take IPv4 clients,
  /// whatever the system's default. Throws std::system_error with a text that names the address.
  Listener(Protocol protocol, const SocketAddress& address, int backlog, bool v6_only = false);

  /// Takes over a listening socket that a service manager opened and keeps for the next server. Throws
  /// std::runtime_error, and leaves it open, when it is no listening TCP socket.
  Listener(Protocol protocol, int inherited);

  /// Returns another listener at the same address. From now on the kernel distributes clients among all
  /// listeners made this way (SO_REUSEPORT). Throws std::system_error.
  Listener twin(int backlog) const;

  int fd() const { return fd_.get(); }
  /// Whether the service manager keeps it open too: clients in its queue are then not lost when this process
  /// ends.
  bool inherited() const { return inherited_; }
  Protocol protocol() const { return protocol_; }
  /// Returns the bound address: `http://127.0.0.1:8000`.
  const std::string& url() const { return url_; }

  /// Accepts one client with its address; its descriptor is non-blocking if asked. Skips clients that failed
  /// before they were accepted, up to a bound.
  AcceptResult accept(Accepted& client, bool non_blocking);
  /// Returns why the last accept() failed: a text that names the listener and the reason.
  std::string failure() const;

  /// From now on no client can begin to connect: the kernel drops its SYN, and when the client tries again
  /// the port is closed. After Drain::kHandshakeTime no client joins the queue any more. Does nothing to an
  /// inherited listener, whose clients wait for the next server.
  void stop_handshakes() const;

  /// Stops listening. The kernel resets clients that are still in the queue. To reset none:
  /// stop_handshakes(), wait for Drain::kHandshakeTime, accept() until the queue is empty, then close().
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
