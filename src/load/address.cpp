// SPDX-License-Identifier: MIT
#include "load/address.hpp"

#include <netdb.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>

#include <fmt/core.h>

namespace majuscule {
namespace {

constexpr unsigned kMostSources = 250;
constexpr unsigned kPortsOfLinux = 28232;

}  // namespace

Address::Address(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0)
    throw std::runtime_error(fmt::format("cannot resolve '{}': {}", host, ::gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  std::memcpy(&address_, found->ai_addr, found->ai_addrlen);
  size_ = found->ai_addrlen;
}

bool Address::on_ipv4_loopback() const {
  if (address_.ss_family != AF_INET) return false;
  const auto& in = reinterpret_cast<const sockaddr_in&>(address_);
  return (ntohl(in.sin_addr.s_addr) >> 24) == IN_LOOPBACKNET;
}

unsigned Address::use_sources(unsigned count) {
  sources_ = on_ipv4_loopback() ? std::clamp(count, 1U, kMostSources) : 1;
  return sources_;
}

/// The kernel picks the port when it also knows whom to connect to, so that each pair has all of them.
void Address::bind_to_next_source(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + next_source_);
  next_source_ = (next_source_ + 1) % sources_;
  ::bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source);
}

UniqueFd Address::connect(int& error) {
  UniqueFd fd(::socket(address_.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  error = fd ? 0 : errno;
  if (!fd) return fd;
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (sources_ > 1) bind_to_next_source(fd.get());
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address_), size_) != 0 && errno != EINPROGRESS) {
    error = errno;
    fd.reset();
  }
  return fd;
}

unsigned local_ports() {
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  unsigned first = 0, last = 0;
  return range >> first >> last && last >= first ? last - first + 1 : kPortsOfLinux;
}

}  // namespace majuscule
