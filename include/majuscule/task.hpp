// SPDX-License-Identifier: MIT
// The work a request owes before its reply may leave, as a value: the mode decides how to wait for it.
#pragma once

#include <cstdint>

#include "majuscule/instant.hpp"

namespace majuscule {

enum class TaskKind : std::uint8_t {
  kNone,
  kSleep,  ///< work that waits elsewhere: a thread sleeps, an event loop sets a timer
  kBlock,  ///< a call that blocks its thread; it stalls an event loop, on purpose
  kCpu,    ///< burns CPU time of the calling thread
};

struct Task {
  TaskKind kind = TaskKind::kNone;
  Duration duration{};

  friend bool operator==(const Task&, const Task&) = default;
};

}  // namespace majuscule
