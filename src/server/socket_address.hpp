// SPDX-License-Identifier: MIT
// An IPv4 or IPv6 address with its port, of a listener or of a client. A small value, formatted only when its
// text is needed.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

namespace majuscule {

class SocketAddress {
 public:
  /// No address.
  SocketAddress() = default;
  explicit SocketAddress(const sockaddr_in& address) { v4_ = address; }
  explicit SocketAddress(const sockaddr_in6& address) { v6_ = address; }
  /// Returns the address that a socket is bound to; no address when it is no IP socket.
  static SocketAddress of_socket(int fd);

  /// For system calls that read it or fill it in.
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&v6_); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&v6_); }
  socklen_t size() const { return family() == AF_INET6 ? sizeof v6_ : sizeof v4_; }
  static constexpr socklen_t kRoom = sizeof(sockaddr_in6);

  /// Returns AF_INET or AF_INET6; AF_UNSPEC when there is no address.
  int family() const { return v6_.sin6_family; }
  std::uint16_t port() const;
  void set_port(std::uint16_t port);

  /// Returns the address without its port: `192.0.2.1`, `2001:db8::1`, `fe80::1%eth0`. An IPv4 client of an
  /// IPv6 listener is shown as plain IPv4. `-` when there is no address.
  std::string host() const;
  /// `192.0.2.1:80`, `[2001:db8::1]:80`.
  std::string text() const;

  friend bool operator==(const SocketAddress& a, const SocketAddress& b);

 private:
  union {
    sockaddr_in6 v6_{};
    sockaddr_in v4_;
  };
};

/// Returns all addresses of a host, each once, in the resolver's order. The host is a name or an address,
/// with or without brackets. Blocks while a name is looked up. Throws std::runtime_error with a text that
/// names the host and the reason.
std::vector<SocketAddress> resolve(const std::string& host, std::uint16_t port);

}  // namespace majuscule
