// SPDX-License-Identifier: MIT
// A listening TCP socket, non-blocking in every mode: whoever accepts waits elsewhere.
#pragma once

#include <cstdint>
#include <string>

#include "base/unique_fd.hpp"
#include "majuscule/instant.hpp"
#include "server/socket_address.hpp"

namespace majuscule {

enum class Protocol : std::uint8_t { kHttp, kRaw };

/// "http" or "raw".
std::string_view to_string(Protocol protocol);

enum class AcceptResult : std::uint8_t {
  kAccepted,
  kNobody,     ///< nobody waits (any more)
  kExhausted,  ///< out of descriptors or memory: stop accepting until some are free
  kFailed,     ///< it fails for a reason that is not one client's, and may do so for ever: try again later
};

/// A client just accepted: what travels with its descriptor to whatever thread or process serves it.
struct Accepted {
  UniqueFd fd;
  SocketAddress peer{};  ///< as it was then: a client that has reset its connection has none any more
  Protocol protocol = Protocol::kHttp;
};

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

  /// How long a handshake that is under way may take: on a busy machine, its steps are not taken at once.
  /// Idle clients may ask once more in that time.
  static constexpr Duration kHandshakeTime = std::chrono::milliseconds(20);

  /// From now on nobody begins to connect: the kernel drops whoever wants to (who tries again, and finds the
  /// port closed by then). After kHandshakeTime, too, nobody joins the queue; it can be emptied for good.
  /// Does nothing to an inherited one, whose clients wait for the next server.
  void turn_newcomers_away() const;

  /// Ends the listening. The kernel resets clients that are still in the queue: turn_newcomers_away(), let
  /// kHandshakeTime pass, then accept() until nobody waits, and nobody is.
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
