// SPDX-License-Identifier: MIT
// How the client waits: epoll_pwait2(2) with nanoseconds, and spinning just before a request is due, since a
// sleep may end late. The time spent spinning is counted, for it is no work.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "majuscule/instant.hpp"
#include "net/unique_fd.hpp"

namespace majuscule {

class Waiter {
 public:
  /// This long before the moment it spins instead of sleeping.
  static constexpr Duration kSpin = std::chrono::microseconds(100);

  /// What an event is about: one of the connections, one of the silent clients, or a signal.
  enum class Subject : std::uint32_t { kSlot, kIdle, kSignal };
  struct Tag {
    Subject subject;
    std::uint32_t number;
  };
  static Tag tag_of(const epoll_event& event) {
    return {static_cast<Subject>(event.data.u64 >> 32), static_cast<std::uint32_t>(event.data.u64)};
  }

  /// Throws std::system_error.
  Waiter();

  /// Watches a descriptor, edge-triggered, for input, room for output and the peer's end, until it is closed.
  /// False with an errno.
  bool watch(int fd, Tag tag);

  /// Waits for events: until `until` by sleeping, or until `due`, which it meets by spinning. Empty when the
  /// moment has come. `woke`: when it ended. Throws std::system_error.
  std::span<const epoll_event> wait(Time until, Time due, Time& woke);

  /// How long it has spun without anything to do.
  Duration spun() const { return spun_; }

 private:
  static constexpr int kMostEvents = 256;

  UniqueFd epoll_;
  std::array<epoll_event, kMostEvents> events_;
  Duration spun_{0};
};

}  // namespace majuscule
