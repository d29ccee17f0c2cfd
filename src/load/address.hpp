// SPDX-License-Identifier: MIT
// Where to connect, and from where: when the ports of one address would run out, several of 127/8 are used. A
// name may stand for several addresses, as localhost does for ::1 and 127.0.0.1: the first one to which a
// connection can be begun is it for the whole run.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "net/unique_fd.hpp"

namespace majuscule {

class Address {
 public:
  /// Resolves (getaddrinfo(3)). Throws std::runtime_error that names the host and says why not.
  Address(const std::string& host, std::uint16_t port);

  /// Makes connect() go round so many source addresses, 127.0.0.1 and on; only on IPv4 loopback, elsewhere it
  /// stays at one. Returns how many it is.
  unsigned use_sources(unsigned count);

  /// A new non-blocking socket that has begun to connect; it is writable when that has come to an end
  /// (SO_ERROR). An `error` (errno) says why there is none.
  UniqueFd connect(int& error);

 private:
  struct Endpoint {
    sockaddr_storage address{};
    socklen_t size = 0;

    bool on_ipv4_loopback() const;
  };

  UniqueFd connect_to(const Endpoint& endpoint, int& error);
  bool bind_to_next_source(int fd);

  std::vector<Endpoint> endpoints_;
  std::size_t current_ = 0;
  bool settled_ = false;  // a connection to the current one has begun
  unsigned sources_ = 1;
  unsigned next_source_ = 0;
};

/// How many ports the kernel has for one source address (net.ipv4.ip_local_port_range).
unsigned local_ports();

}  // namespace majuscule
