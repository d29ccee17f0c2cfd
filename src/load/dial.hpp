// SPDX-License-Identifier: MIT
// A connection that is being opened: an attempt at one of the name's addresses and, when that fails or takes
// long, parallel attempts at the others. The first that succeeds becomes the connection; the others are
// closed.
#pragma once

#include <cstdint>
#include <vector>

#include "load/address.hpp"
#include "load/event_loop.hpp"

namespace majuscule {

class Dial {
 public:
  enum class Outcome : std::uint8_t {
    kPending,    ///< attempts are in progress
    kConnected,  ///< take() has the connection
    kFailed,     ///< error() says why
  };

  /// Begins. `tag` identifies the events; each attempt increments its generation. Returns kPending or
  /// kFailed.
  Outcome begin(Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now);
  /// Handles an event of one of the attempts.
  Outcome handle(Address& address, EventLoop& loop, EventLoop::Tag& tag, std::uint32_t generation, Time now);
  /// Begins the next attempt in parallel to those that take long, when it is due.
  void try_beside(Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now);
  /// Checks for an attempt that has succeeded, but whose event has not been seen.
  Outcome look(Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now);

  /// Returns when to call try_beside(); kNever: there is no further address.
  Time due() const { return due_; }
  /// Returns the errno of the first failed attempt; 0: none has failed.
  int error() const { return error_; }
  /// Hands over the connection, after kConnected. Its events have `generation`.
  UniqueFd take(std::uint32_t& generation);
  /// Closes all attempts.
  void cancel() { attempts_.clear(); }

 private:
  struct Attempt {
    UniqueFd fd;
    std::size_t address;
    std::uint32_t generation;
  };

  Outcome try_next(Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now);
  Outcome settle_attempt(std::size_t at, int error, Address& address, EventLoop& loop, EventLoop::Tag& tag,
                         Time now);

  std::vector<Attempt> attempts_;  // the oldest first; after success, only that one
  std::uint64_t tried_ = 0;
  Time due_ = kNever;
  int error_ = 0;
};

}  // namespace majuscule
