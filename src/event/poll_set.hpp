// SPDX-License-Identifier: MIT
// Descriptors with the events to watch for, in the form that poll(2) needs: an array without gaps, with
// lookup, insertion and removal in constant time. Borrows the descriptors. Not thread-safe.
#pragma once

#include <poll.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "event/readiness_driver.hpp"

namespace majuscule {

/// Returns the events of poll(2) for an interest.
constexpr short events_of(Interest interest) {
  switch (interest) {
    case Interest::kNone: return 0;
    case Interest::kRead: return POLLIN;
    case Interest::kWrite: return POLLOUT;
  }
  return 0;
}

class PollSet {
 public:
  /// Makes room for all descriptors below `end`; no other function allocates.
  void make_room(std::size_t end) {
    assert(end >= indexes_.size());
    indexes_.resize(end, kNowhere);
    watched_.reserve(end);
  }

  /// Watches `fd` for these events only; 0: not at all.
  void set(int fd, short events) {
    assert(static_cast<std::size_t>(fd) < indexes_.size());
    std::uint32_t& index = indexes_[static_cast<std::size_t>(fd)];
    if (events == 0) return take_out(index);
    if (index == kNowhere) {
      assert(watched_.size() < watched_.capacity());
      index = static_cast<std::uint32_t>(watched_.size());
      watched_.push_back({fd, 0, 0});
    }
    watched_[index].events = events;
  }

  /// Returns the events that `fd` is watched for; 0: none.
  short events(int fd) const {
    assert(static_cast<std::size_t>(fd) < indexes_.size());
    const std::uint32_t index = indexes_[static_cast<std::size_t>(fd)];
    return index == kNowhere ? short{0} : watched_[index].events;
  }

  /// Returns all entries in no order. Valid until the next set().
  std::span<pollfd> all() { return watched_; }

 private:
  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  // The last entry fills the gap.
  void take_out(std::uint32_t& index) {
    if (index == kNowhere) return;
    assert(index < watched_.size());
    watched_[index] = watched_.back();
    indexes_[static_cast<std::size_t>(watched_[index].fd)] = index;
    watched_.pop_back();
    index = kNowhere;
  }

  std::vector<std::uint32_t> indexes_;  // indexed by descriptor
  std::vector<pollfd> watched_;
};

}  // namespace majuscule
