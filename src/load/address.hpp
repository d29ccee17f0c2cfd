// SPDX-License-Identifier: MIT
// The addresses to connect to and to connect from. When the ports of one source address would run out,
// several of 127/8 are used. A name may have several addresses, as localhost has ::1 and 127.0.0.1:
// AddressTurn picks the next one.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "load/address_turn.hpp"

namespace majuscule {

class Address {
 public:
  struct Endpoint {
    sockaddr_storage address{};
    socklen_t size = 0;

    bool on_ipv4_loopback() const;
    /// "127.0.0.1:80" or "[::1]:80".
    std::string in_words() const;
  };

  /// Uses these addresses in this order; at least one, and at most AddressTurn::kMost.
  explicit Address(std::vector<Endpoint> endpoints)
      : endpoints_(std::move(endpoints)), turn_(endpoints_.size()) {}
  /// Resolves the host (getaddrinfo(3)). Throws std::runtime_error that names the host and the reason.
  Address(const std::string& host, std::uint16_t port);

  /// Makes connect() rotate through `count` source addresses, from 127.0.0.1 on; only on IPv4 loopback,
  /// elsewhere there is one. Returns how many there are.
  unsigned use_sources(unsigned count);

  /// Returns a new non-blocking socket that has begun to connect to one of the addresses. It becomes writable
  /// when that has succeeded or failed (SO_ERROR). On failure returns no socket; `error` (errno) is the
  /// reason.
  UniqueFd connect(std::size_t number, int& error);

  /// Picks the next address.
  AddressTurn& turn() { return turn_; }
  /// Returns HOST:PORT of each address that a connection was made to.
  std::vector<std::string> used() const;

 private:
  bool bind_to_next_source(int fd);

  std::vector<Endpoint> endpoints_;
  AddressTurn turn_;
  unsigned sources_ = 1;
  unsigned next_source_ = 0;
};

/// Returns how many ports the kernel has for one source address (net.ipv4.ip_local_port_range).
unsigned local_ports();

}  // namespace majuscule
