// SPDX-License-Identifier: MIT
#include "server/listener.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cassert>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "base/system_calls.hpp"
#include "server/syn_filter.hpp"

namespace majuscule {
namespace {

std::string url_of(Protocol protocol, int fd) {
  return std::string(to_string(protocol)) + "://" + SocketAddress::of_socket(fd).text();
}

/// Returns -1 when the socket does not have the option.
int socket_option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

bool listens_on_tcp(int fd) {
  const int domain = socket_option(fd, SOL_SOCKET, SO_DOMAIN);
  return (domain == AF_INET || domain == AF_INET6) && socket_option(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM &&
         socket_option(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1;
}

// Accepted sockets inherit it. Replies leave in one write, so delaying small segments would gain nothing.
void set_no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Listener::Listener(Protocol protocol, const SocketAddress& address, int backlog, bool v6_only)
    : protocol_(protocol) {
  fd_ = UniqueFd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (fd_) {
    ::setsockopt(fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (v6_only) ::setsockopt(fd(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    set_no_delay(fd());
  }
  if (!fd_ || ::bind(fd(), address.get(), address.size()) != 0 || ::listen(fd(), backlog) != 0) {
    throw std::system_error(errno, std::system_category(), "cannot listen on " + address.text());
  }
  url_ = url_of(protocol, fd());
}

Listener Listener::twin(int backlog) const {
  assert(fd_);
  const SocketAddress local = SocketAddress::of_socket(fd());
  Listener twin(protocol_);
  twin.url_ = url_;
  twin.fd_ = UniqueFd(::socket(local.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  // SO_REUSEPORT is set after the first socket was bound without it. Otherwise the port could be shared with
  // an unrelated server.
  for (const int socket : {fd(), twin.fd()}) ::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  ::setsockopt(twin.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (const int v6_only = socket_option(fd(), IPPROTO_IPV6, IPV6_V6ONLY); v6_only == 1) {
    ::setsockopt(twin.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
  }
  set_no_delay(twin.fd());
  if (!twin.fd_ || ::bind(twin.fd(), local.get(), local.size()) != 0 || ::listen(twin.fd(), backlog) != 0) {
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

AcceptResult Listener::accept(Accepted& client, bool non_blocking) {
  client.protocol = protocol_;
  for (int i = 0; i < kMostFailedClients; ++i) {
    socklen_t size = SocketAddress::kRoom;
    client.peer = {};
    client.fd = UniqueFd(
        sys::accept4(fd(), client.peer.get(), &size, SOCK_CLOEXEC | (non_blocking ? SOCK_NONBLOCK : 0)));
    if (client.fd) return AcceptResult::kAccepted;
    failure_ = errno;
    if (const auto result = accept_failure(failure_)) return fd_ ? *result : AcceptResult::kQueueEmpty;
  }
  return AcceptResult::kFailed;  // so many failures do not concern single clients
}

std::string Listener::failure() const {
  assert(failure_ != 0);
  return "cannot accept clients of " + url_ + ": " + std::system_category().message(failure_);
}

void Listener::stop_handshakes() const {
  if (!inherited_) drop_handshakes(fd());
}

}  // namespace majuscule
