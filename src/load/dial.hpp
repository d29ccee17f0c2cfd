// SPDX-License-Identifier: MIT
// One connection that is being made: an attempt at one of the name's addresses, and when that fails or takes
// long, attempts at the others beside it. The first that stands is the connection; the others are closed.
#pragma once

#include <cstdint>
#include <vector>

#include "load/address.hpp"
#include "load/event_loop.hpp"

namespace majuscule {

class Dial {
 public:
  enum class Outcome : std::uint8_t {
    kPending,    ///< attempts are under way
    kConnected,  ///< take() has the connection
    kFailed,     ///< error() says why
  };

  /// Begins. `tag` names the subject of the events; its generation is counted up for each attempt. kPending
  /// or kFailed.
  Outcome begin(Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now);
  /// An event of one of the attempts.
  Outcome handle(Address& address, EventLoop& loop, EventLoop::Tag& tag, std::uint32_t generation, Time now);
  /// Begins the next attempt beside those that take long, when it is due.
  void try_beside(Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now);
  /// What stands already, though its event has not been seen.
  Outcome look(Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now);

  /// When try_beside() has something to do; kNever: there is no further address.
  Time due() const { return due_; }
  /// Of the first attempt that failed (errno); 0: none has.
  int error() const { return error_; }
  /// Gives the connection away, after kConnected. Its events have `generation`.
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
  Outcome judge(std::size_t at, int error, Address& address, EventLoop& loop, EventLoop::Tag& tag, Time now);

  std::vector<Attempt> attempts_;  // the oldest first; once it stands, only that one
  std::uint64_t tried_ = 0;
  Time due_ = kNever;
  int error_ = 0;
};

}  // namespace majuscule
