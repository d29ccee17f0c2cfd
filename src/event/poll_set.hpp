// SPDX-License-Identifier: MIT
// Descriptors and what each is watched for, as poll(2) wants them: an array without gaps, in which one is
// found, put or taken out at once, however many there are. Borrows the descriptors. Not thread-safe.
#pragma once

#include <poll.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "event/readiness_driver.hpp"

namespace majuscule {

/// What poll(2) calls it.
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
  /// Room for all descriptors below `end`; nothing else takes memory.
  void make_room(std::size_t end) {
    assert(end >= places_.size());
    places_.resize(end, kNowhere);
    watched_.reserve(end);
  }

  /// Watches `fd` for these events and no others; 0: not at all.
  void set(int fd, short events) {
    assert(static_cast<std::size_t>(fd) < places_.size());
    std::uint32_t& place = places_[static_cast<std::size_t>(fd)];
    if (events == 0) return take_out(place);
    if (place == kNowhere) {
      assert(watched_.size() < watched_.capacity());
      place = static_cast<std::uint32_t>(watched_.size());
      watched_.push_back({fd, 0, 0});
    }
    watched_[place].events = events;
  }

  /// What `fd` is watched for; 0: not at all.
  short events(int fd) const {
    assert(static_cast<std::size_t>(fd) < places_.size());
    const std::uint32_t place = places_[static_cast<std::size_t>(fd)];
    return place == kNowhere ? short{0} : watched_[place].events;
  }

  /// In no order. Valid until the next set().
  std::span<pollfd> all() { return watched_; }

 private:
  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  // The last one fills the gap.
  void take_out(std::uint32_t& place) {
    if (place == kNowhere) return;
    assert(place < watched_.size());
    watched_[place] = watched_.back();
    places_[static_cast<std::size_t>(watched_[place].fd)] = place;
    watched_.pop_back();
    place = kNowhere;
  }

  std::vector<std::uint32_t> places_;  // by descriptor
  std::vector<pollfd> watched_;
};

}  // namespace majuscule
