// SPDX-License-Identifier: MIT
// How fast a worker that dies is replaced. One that served for a while is replaced at once. One that dies
// soon after its start may die of what starting does: each such death in a row doubles the pause, and the
// last one that is allowed ends the server, since whoever watches over it (systemd) can do more about it than
// we.
#pragma once

#include <optional>

#include "majuscule/instant.hpp"

namespace majuscule {

class RestartLimit {
 public:
  static constexpr Duration kSoon = std::chrono::seconds(1);
  static constexpr Duration kFirstPause = std::chrono::milliseconds(100);
  static constexpr Duration kLongestPause = std::chrono::milliseconds(1600);
  static constexpr int kMostInARow = 8;

  /// A worker died that long after its start: the pause before the next one; none: give up.
  std::optional<Duration> died(Duration age);

 private:
  int in_a_row_ = 0;
};

}  // namespace majuscule
