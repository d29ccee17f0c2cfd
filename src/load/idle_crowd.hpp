// SPDX-License-Identifier: MIT
// The silent clients: they connect before the load begins, and then do nothing. Who could not connect and who
// was let go is counted.
#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <vector>

#include "load/address.hpp"
#include "load/waiter.hpp"

namespace majuscule {

class IdleCrowd {
 public:
  explicit IdleCrowd(std::size_t size) : clients_(size) {}

  /// Begins to connect all of them, or as many as can.
  void connect(Address& address, Waiter& waiter) {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      int error = 0;
      clients_[i].fd = address.connect(error);
      const Waiter::Tag tag{Waiter::Subject::kIdle, static_cast<std::uint32_t>(i)};
      if (clients_[i].fd && !waiter.watch(clients_[i].fd.get(), tag)) error = errno;
      ++connecting_;
      if (error != 0) refused(clients_[i], error);
    }
  }

  void handle(std::uint32_t number, std::uint32_t events) {
    Client& client = clients_[number];
    if (!client.fd) return;
    if (!client.stands) {
      int error = 0;
      socklen_t size = sizeof error;
      ::getsockopt(client.fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) return refused(client, error);
      client.stands = true;
      --connecting_;
      ++standing_;
    }
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0) return;
    ++lost_;
    client.fd.reset();
  }

  std::size_t size() const { return clients_.size(); }
  /// That may still connect.
  std::size_t connecting() const { return connecting_; }
  /// That did connect, whatever became of them.
  std::size_t connected() const { return standing_; }
  /// That the server let go.
  std::size_t lost() const { return lost_; }
  /// Why the first one could not connect (errno); 0: there is none.
  int first_error() const { return first_error_; }

 private:
  struct Client {
    UniqueFd fd;
    bool stands = false;
  };

  void refused(Client& client, int error) {
    client.fd.reset();
    --connecting_;
    if (first_error_ == 0) first_error_ = error;
  }

  std::vector<Client> clients_;
  std::size_t connecting_ = 0;
  std::size_t standing_ = 0;
  std::size_t lost_ = 0;
  int first_error_ = 0;
};

}  // namespace majuscule
