// SPDX-License-Identifier: MIT
// How the client waits: epoll_pwait2(2) with nanoseconds, or ppoll(2) where there is none, and spinning just
// before a request is due, since a sleep may end late. The time spent spinning is counted, for it is no work.
#pragma once

#include <sys/epoll.h>
#include <time.h>

#include <array>
#include <cstdint>
#include <span>

#include "base/unique_fd.hpp"
#include "majuscule/instant.hpp"
#include "measure/stall_detector.hpp"

namespace majuscule {

class EventLoop {
 public:
  /// This long before the moment it spins instead of sleeping.
  static constexpr Duration kSpin = std::chrono::microseconds(100);

  /// It wakes at least so often, for those that watch whether it could.
  static constexpr Duration kLongest = StallDetector::kLookEvery;

  /// What an event is about: one of the connections, one of the silent clients, or a signal.
  enum class Subject : std::uint8_t { kConnection, kIdle, kSignal };
  /// `generation`: of the connections that one number has had, modulo 2^24.
  struct Tag {
    Subject subject;
    std::uint32_t number;
    std::uint32_t generation = 0;
  };
  static Tag tag_of(const epoll_event& event) {
    const std::uint64_t packed = event.data.u64;
    return {static_cast<Subject>(packed >> 56), static_cast<std::uint32_t>(packed),
            static_cast<std::uint32_t>(packed >> 32) & kGenerations};
  }
  static constexpr std::uint32_t kGenerations = 0xff'ffff;

  /// Throws std::system_error.
  EventLoop();

  /// Watches a descriptor, edge-triggered, for input, room for output and the peer's end, until it is closed.
  /// False with an errno.
  bool watch(int fd, Tag tag);

  /// Tells again what there is, though no edge has passed: for who has not read all. Throws
  /// std::system_error.
  void tell_again(int fd, Tag tag);

  /// Waits for events: until `until` by sleeping, or until `due`, which it meets by spinning. Empty when the
  /// moment has come. `woke`: when it ended. Throws std::system_error.
  std::span<const epoll_event> wait(Time until, Time due, Time& woke);

  /// How long it has spun without anything to do.
  Duration spun() const { return spun_; }

 private:
  static constexpr int kMostEvents = 256;

  int wait_for_events(const timespec* limit);

  UniqueFd epoll_;
  std::array<epoll_event, kMostEvents> events_;
  Duration spun_{0};
  bool has_pwait2_ = true;  // not Linux before 5.11, and not every sandbox
};

}  // namespace majuscule
