// SPDX-License-Identifier: MIT
#include "load/dial.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

namespace majuscule {

Dial::Outcome Dial::begin(Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now) {
  attempts_.clear();
  tried_ = 0;
  error_ = 0;
  return try_next(address, loop, tag, now);
}

/// Begins an attempt at the first untried address where that works.
Dial::Outcome Dial::try_next(Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now) {
  while (const auto chosen = address.turn().take(tried_, now)) {
    int error = 0;
    tag.generation = (tag.generation + 1) & EventLoop::kGenerations;
    UniqueFd fd = address.connect(*chosen, error);
    if (fd && !loop.watch(fd.get(), tag)) error = errno;
    if (error == 0) {
      attempts_.push_back({std::move(fd), *chosen, tag.generation});
      due_ = address.turn().has_more(tried_) ? now + AddressTurn::kHeadStart : kNever;
      return Outcome::kPending;
    }
    address.turn().failed(*chosen, now);
    if (error_ == 0) error_ = error;
  }
  due_ = kNever;
  return attempts_.empty() ? Outcome::kFailed : Outcome::kPending;
}

Dial::Outcome Dial::handle(Address& address, EventLoop& loop, EventLoop::Tag& tag, std::uint32_t generation,
                           Time now) {
  const auto found = std::find_if(attempts_.begin(), attempts_.end(),
                                  [=](const Attempt& attempt) { return attempt.generation == generation; });
  if (found == attempts_.end()) return Outcome::kPending;  // an event of an attempt that was given up
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(found->fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return settle_attempt(static_cast<std::size_t>(found - attempts_.begin()), error, address, loop, tag, now);
}

Dial::Outcome Dial::settle_attempt(std::size_t at, int error, Address& address, EventLoop& loop,
                                   EventLoop::Tag& tag, Time now) {
  if (error != 0) {
    address.turn().failed(attempts_[at].address, now);
    attempts_.erase(attempts_.begin() + static_cast<std::ptrdiff_t>(at));
    if (error_ == 0) error_ = error;
    return try_next(address, loop, tag, now);
  }
  assert(at < attempts_.size());
  if (at != 0) std::swap(attempts_[0], attempts_[at]);
  address.turn().worked(attempts_[0].address);
  for (std::size_t i = 1; i < attempts_.size(); ++i)
    address.turn().failed(attempts_[i].address, now);  // they hang
  attempts_.erase(attempts_.begin() + 1, attempts_.end());
  return Outcome::kConnected;
}

void Dial::try_beside(Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now) {
  if (now >= due_) try_next(address, loop, tag, now);
}

Dial::Outcome Dial::look(Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now) {
  for (const Attempt& attempt : attempts_) {
    pollfd state{attempt.fd.get(), POLLOUT, 0};
    if (::poll(&state, 1, 0) == 1) return handle(address, loop, tag, attempt.generation, now);
  }
  return Outcome::kPending;
}

UniqueFd Dial::take(std::uint32_t& generation) {
  assert(attempts_.size() == 1);
  UniqueFd fd = std::move(attempts_[0].fd);
  generation = attempts_[0].generation;
  attempts_.clear();
  return fd;
}

}  // namespace majuscule
