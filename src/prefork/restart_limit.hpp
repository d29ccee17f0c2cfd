// SPDX-License-Identifier: MIT
// How fast a dead worker is replaced. A worker that served for a while is replaced at once. If it died soon
// after its start, the start itself may be the cause: each such death in a row doubles the pause, and the
// last one allowed ends the server, so that its supervisor (systemd) can act.
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

  /// A worker died at this age. Returns the pause before the next start, or nothing: give up.
  std::optional<Duration> died(Duration age);

 private:
  int in_a_row_ = 0;
};

}  // namespace majuscule
