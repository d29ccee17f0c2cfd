// SPDX-License-Identifier: MIT
#include "net/listener.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace majuscule {
namespace {

struct AddressListDeleter {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressListDeleter>;

AddressList resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (error != 0) throw std::runtime_error("--host=" + host + ": " + ::gai_strerror(error));
  return AddressList(list);
}

struct Endpoint {
  sockaddr_storage address{};
  socklen_t length = sizeof(sockaddr_storage);
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&address); }
};

std::string host_of(Endpoint& endpoint) {
  char host[NI_MAXHOST];
  if (::getnameinfo(endpoint.get(), endpoint.length, host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0)
    return "-";
  return host;
}

std::string url_of(Protocol protocol, int fd) {
  Endpoint local;
  ::getsockname(fd, local.get(), &local.length);
  const bool v6 = local.address.ss_family == AF_INET6;
  const auto port = v6 ? reinterpret_cast<sockaddr_in6*>(local.get())->sin6_port
                       : reinterpret_cast<sockaddr_in*>(local.get())->sin_port;
  const std::string host = host_of(local);
  return std::string(to_string(protocol)) + "://" + (v6 ? "[" + host + "]" : host) + ":" +
         std::to_string(ntohs(port));
}

int socket_option(int fd, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

bool listens_on_tcp(int fd) {
  const int domain = socket_option(fd, SO_DOMAIN);
  return (domain == AF_INET || domain == AF_INET6) && socket_option(fd, SO_TYPE) == SOCK_STREAM &&
         socket_option(fd, SO_ACCEPTCONN) == 1;
}

// Accepted sockets inherit it: replies leave in one write, and no acknowledgement is worth waiting for.
void set_no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

std::string_view to_string(Protocol protocol) { return protocol == Protocol::kHttp ? "http" : "raw"; }

Listener::Listener(Protocol protocol, const std::string& host, std::uint16_t port, int backlog)
    : protocol_(protocol) {
  const AddressList list = resolve(host, port);
  fd_ = UniqueFd(::socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto fail = [&] {
    throw std::system_error(errno, std::system_category(),
                            "cannot listen on " + host + ":" + std::to_string(port));
  };
  if (!fd_) fail();
  const int on = 1;
  ::setsockopt(fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  set_no_delay(fd());
  if (::bind(fd(), list->ai_addr, list->ai_addrlen) != 0) fail();
  if (::listen(fd(), backlog) != 0) fail();
  url_ = url_of(protocol, fd());
}

Listener Listener::twin(int backlog) const {
  Endpoint local;
  ::getsockname(fd(), local.get(), &local.length);
  Listener twin(protocol_);
  twin.url_ = url_;
  twin.fd_ = UniqueFd(::socket(local.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  // The first one was bound without it, or the port could be shared with a server that has nothing to do with
  // us.
  for (const int socket : {fd(), twin.fd()}) ::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  ::setsockopt(twin.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  set_no_delay(twin.fd());
  if (!twin.fd_ || ::bind(twin.fd(), local.get(), local.length) != 0 || ::listen(twin.fd(), backlog) != 0) {
    throw std::system_error(errno, std::system_category(), "--reuseport: cannot listen on " + url_);
  }
  return twin;
}

Listener::Listener(Protocol protocol, int inherited) : protocol_(protocol), inherited_(true) {
  if (!listens_on_tcp(inherited)) {
    throw std::runtime_error("descriptor " + std::to_string(inherited) +
                             " from LISTEN_FDS: expected a listening TCP socket");
  }
  fd_ = UniqueFd(inherited);
  ::fcntl(fd(), F_SETFD, FD_CLOEXEC);
  ::fcntl(fd(), F_SETFL, ::fcntl(fd(), F_GETFL) | O_NONBLOCK);
  set_no_delay(fd());
  url_ = url_of(protocol, fd());
}

AcceptResult Listener::accept(UniqueFd& client, bool non_blocking) const {
  for (;;) {
    client = UniqueFd(::accept4(fd(), nullptr, nullptr, SOCK_CLOEXEC | (non_blocking ? SOCK_NONBLOCK : 0)));
    if (client) return AcceptResult::kAccepted;
    switch (errno) {
      case EAGAIN: return AcceptResult::kNobody;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM: return AcceptResult::kExhausted;
      case EBADF:
      case EINVAL: return AcceptResult::kNobody;
      default: continue;  // that client failed, not the listener (accept(2), error handling)
    }
  }
}

void Listener::turn_newcomers_away() const {
  if (inherited_) return;
  // Classic BPF (socket(7), SO_ATTACH_FILTER) over the TCP header: a SYN is dropped, all else goes through,
  // so that handshakes under way end well. Accepted sockets inherit it; no peer sends them a SYN.
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TH_SYN, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
  };
  const sock_fprog filter{std::size(program), program};
  // Without it, somebody who comes between the last accept() and close() is reset: as bad as ever, no worse.
  ::setsockopt(fd(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

std::string peer_address(int fd) {
  Endpoint peer;
  if (::getpeername(fd, peer.get(), &peer.length) != 0) return "-";
  return host_of(peer);
}

}  // namespace majuscule
