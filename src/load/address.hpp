// SPDX-License-Identifier: MIT
// Where to connect, and from where: when the ports of one address would run out, several of 127/8 are used. A
// name may stand for several addresses, as localhost does for ::1 and 127.0.0.1: AddressTurn says which is
// next.
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

  /// These, in this order; at least one, and AddressTurn::kMost at most.
  explicit Address(std::vector<Endpoint> endpoints)
      : endpoints_(std::move(endpoints)), turn_(endpoints_.size()) {}
  /// Resolves (getaddrinfo(3)). Throws std::runtime_error that names the host and says why not.
  Address(const std::string& host, std::uint16_t port);

  /// Makes connect() go round so many source addresses, 127.0.0.1 and on; only on IPv4 loopback, elsewhere it
  /// stays at one. Returns how many it is.
  unsigned use_sources(unsigned count);

  /// A new non-blocking socket that has begun to connect to one of the addresses; it is writable when that
  /// has come to an end (SO_ERROR). An `error` (errno) says why there is none.
  UniqueFd connect(std::size_t number, int& error);

  /// Which is next.
  AddressTurn& turn() { return turn_; }
  /// HOST:PORT of those to which connections were made.
  std::vector<std::string> used() const;

 private:
  bool bind_to_next_source(int fd);

  std::vector<Endpoint> endpoints_;
  AddressTurn turn_;
  unsigned sources_ = 1;
  unsigned next_source_ = 0;
};

/// How many ports the kernel has for one source address (net.ipv4.ip_local_port_range).
unsigned local_ports();

}  // namespace majuscule
