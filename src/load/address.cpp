// SPDX-License-Identifier: MIT
#include "load/address.hpp"

#include <netdb.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cassert>
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

std::vector<Address::Endpoint> resolved(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0)
    throw std::runtime_error(fmt::format("cannot resolve '{}': {}", host, ::gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  std::vector<Address::Endpoint> endpoints;
  for (; found != nullptr && endpoints.size() < AddressTurn::kMost; found = found->ai_next) {
    Address::Endpoint endpoint;
    std::memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
    endpoint.size = found->ai_addrlen;
    // A hosts file may name an address twice.
    const bool known = std::any_of(endpoints.begin(), endpoints.end(), [&](const Address::Endpoint& other) {
      return other.in_words() == endpoint.in_words();
    });
    if (!known) endpoints.push_back(endpoint);
  }
  return endpoints;
}

}  // namespace

Address::Address(const std::string& host, std::uint16_t port) : Address(resolved(host, port)) {}

std::string Address::Endpoint::in_words() const {
  char host[NI_MAXHOST] = {}, port[NI_MAXSERV] = {};
  ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
  return address.ss_family == AF_INET6 ? fmt::format("[{}]:{}", host, port)
                                       : fmt::format("{}:{}", host, port);
}

bool Address::Endpoint::on_ipv4_loopback() const {
  if (address.ss_family != AF_INET) return false;
  const auto& in = reinterpret_cast<const sockaddr_in&>(address);
  return (ntohl(in.sin_addr.s_addr) >> 24) == IN_LOOPBACKNET;
}

unsigned Address::use_sources(unsigned count) {
  const bool possible = std::any_of(endpoints_.begin(), endpoints_.end(),
                                    [](const Endpoint& endpoint) { return endpoint.on_ipv4_loopback(); });
  sources_ = possible ? std::clamp(count, 1U, kMostSources) : 1;
  return sources_;
}

/// The kernel picks the port at connect(2), when it knows both ends, so that each pair of addresses can use
/// all ports.
bool Address::bind_to_next_source(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + next_source_);
  next_source_ = (next_source_ + 1) % sources_;
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source) == 0;
}

UniqueFd Address::connect(std::size_t number, int& error) {
  assert(number < endpoints_.size());
  const Endpoint& endpoint = endpoints_[number];
  const auto& [address, size] = endpoint;
  UniqueFd fd(::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  error = fd ? 0 : errno;
  if (!fd) return fd;
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const bool bound = sources_ == 1 || !endpoint.on_ipv4_loopback() || bind_to_next_source(fd.get());
  if (bound &&
      (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0 || errno == EINPROGRESS)) {
    return fd;
  }
  error = errno;
  return {};
}

std::vector<std::string> Address::used() const {
  std::vector<std::string> used;
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    if (turn_.used(i)) used.push_back(endpoints_[i].in_words());
  }
  return used;
}

unsigned local_ports() {
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  unsigned first = 0, last = 0;
  return range >> first >> last && last >= first ? last - first + 1 : kPortsOfLinux;
}

}  // namespace majuscule
