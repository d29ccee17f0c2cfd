// SPDX-License-Identifier: MIT
// The silent clients: they connect before the load begins, and send nothing. Counts those that could not
// connect and those that the server closed.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <vector>

#include "load/dial.hpp"

namespace majuscule {

class IdleCrowd {
 public:
  explicit IdleCrowd(std::size_t size) : clients_(size) {}

  /// Begins to connect all of them, or as many as possible.
  void connect(Address& address, EventLoop& loop, Time now) {
    for (std::uint32_t i = 0; i < clients_.size(); ++i) {
      ++connecting_;
      EventLoop::Tag tag = tag_of(i);
      settle(i, clients_[i].dial.begin(address, loop, tag, now), tag);
    }
  }

  void handle(const EventLoop::Tag& of, std::uint32_t events, Address& address, EventLoop& loop, Time now) {
    Client& client = clients_[of.number];
    if (client.state == State::kConnecting) {
      EventLoop::Tag tag = tag_of(of.number);
      settle(of.number, client.dial.handle(address, loop, tag, of.generation, now), tag);
    }
    if (client.state != State::kConnected || of.generation != client.generation) return;
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0) return;
    ++lost_;
    client.fd.reset();
    client.state = State::kGone;
  }

  /// Tries the next address for all whose attempt takes long.
  void try_beside(Address& address, EventLoop& loop, Time now) {
    if (now < next_look_) return;
    next_look_ = now + AddressTurn::kHeadStart;
    for (std::uint32_t i = 0; i < clients_.size(); ++i) {
      if (clients_[i].state != State::kConnecting) continue;
      EventLoop::Tag tag = tag_of(i);
      clients_[i].dial.try_beside(address, loop, tag, now);
      clients_[i].generation = tag.generation;
    }
  }

  std::size_t size() const { return clients_.size(); }
  /// Returns how many may still connect.
  std::size_t connecting() const { return connecting_; }
  /// Returns how many have connected, including those closed since.
  std::size_t connected() const { return connected_; }
  /// Returns how many the server has closed.
  std::size_t lost() const { return lost_; }
  /// Returns why the first one could not connect (errno); 0: there is none.
  int first_error() const { return first_error_; }

 private:
  enum class State : std::uint8_t { kConnecting, kConnected, kGone };
  struct Client {
    Dial dial;
    UniqueFd fd;
    std::uint32_t generation = 0;  // of its last attempt; then of its connection
    State state = State::kConnecting;
  };

  EventLoop::Tag tag_of(std::uint32_t number) const {
    return {EventLoop::Subject::kIdle, number, clients_[number].generation};
  }

  void settle(std::uint32_t number, Dial::Outcome outcome, const EventLoop::Tag& tag) {
    Client& client = clients_[number];
    client.generation = tag.generation;
    if (outcome == Dial::Outcome::kPending) return;
    --connecting_;
    if (outcome == Dial::Outcome::kConnected) {
      client.fd = client.dial.take(client.generation);
      client.state = State::kConnected;
      ++connected_;
    } else {
      client.state = State::kGone;
      if (first_error_ == 0) first_error_ = client.dial.error();
    }
  }

  std::vector<Client> clients_;
  Time next_look_ = Time::min();
  std::size_t connecting_ = 0;
  std::size_t connected_ = 0;
  std::size_t lost_ = 0;
  int first_error_ = 0;
};

}  // namespace majuscule
