// SPDX-License-Identifier: MIT
// How the client waits: epoll_pwait2(2) with nanoseconds, or ppoll(2) where it is missing. Just before a
// request is due it spins, since a sleep may end late. Time spent spinning is counted separately, since it is
// not work.
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
  /// It spins instead of sleeping for this long before a request is due.
  static constexpr Duration kSpin = std::chrono::microseconds(100);

  /// It wakes at least this often, so that stalls are detected.
  static constexpr Duration kLongest = StallDetector::kLookEvery;

  /// The subject of an event: a connection, a silent client, or a signal.
  enum class Subject : std::uint8_t { kConnection, kIdle, kSignal };
  /// `generation` counts the connections that one number has had, modulo 2^24.
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

  /// Watches a descriptor until it is closed, edge-triggered, for input, room for output and the peer's end.
  /// Returns false with an errno on failure.
  bool watch(int fd, Tag tag);

  /// Reports the current state again without a new edge, for a caller that has not read everything. Throws
  /// std::system_error.
  void tell_again(int fd, Tag tag);

  /// Waits for events: sleeps until `until`, or spins until `due`. Returns nothing when that time has come.
  /// `woke` is when the wait ended. Throws std::system_error.
  std::span<const epoll_event> wait(Time until, Time due, Time& woke);

  /// Returns how long it has spun without work.
  Duration spun() const { return spun_; }

 private:
  static constexpr int kMostEvents = 256;

  int wait_for_events(const timespec* limit);

  UniqueFd epoll_;
  std::array<epoll_event, kMostEvents> events_;
  Duration spun_{0};
  bool has_pwait2_ = true;  // false before Linux 5.11 and in some sandboxes
};

}  // namespace majuscule
