// SPDX-License-Identifier: MIT
// What a whole world has in common: the promises that a server is held to, and what all clients have seen.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "majuscule/counters.hpp"
#include "majuscule/options.hpp"

namespace majuscule::simulation {

struct Rules {
  const Options& options;
  /// How late a deadline may be noticed.
  Duration tick = std::chrono::milliseconds(1);
  /// How long a ready socket may be left alone, besides kMostChecks checks.
  Duration slack{};
  /// In a drain a client has its time from when it connected, not from when it was accepted: the only thread
  /// of the server has served others.
  bool grace_from_connect = false;
  /// Refusals that the world itself caused.
  unsigned caused_refusals = 0;
  /// Clients whose thread has not begun: they are not counted yet.
  unsigned not_begun = 0;
  Time stop = kNever;         ///< the stop signal
  Time drain_began = kNever;  ///< the driver has seen it
  Time grace_end = kNever;    ///< while it drains: until then clients that have asked nothing are left open
  /// How late anything may be since tasks occupy the only thread of a loop, one after the other.
  Duration task_lateness() const {
    const TaskKind kind = options.task.kind;
    return std::chrono::seconds(kind == TaskKind::kBlock || kind == TaskKind::kCpu ? 2 : 0);
  }
  Time abort() const { return stop == kNever ? kNever : stop + options.drain_timeout; }

  static constexpr unsigned kMostChecks = 10;
};

/// What the server did, by its system calls.
struct Totals {
  std::uint64_t accepted = 0;
  std::uint64_t serving = 0;  ///< accepted, not refused and not closed
  std::uint64_t refused = 0;
  std::uint64_t requests = 0;  ///< capitalize requests answered 200, and raw answers
  std::uint64_t timed_out = 0;
  std::uint64_t maybe_timed_out =
      0;  ///< besides: a deadline had passed, and there was another reason to close
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_of_requests = 0;  ///< of those that were answered 200
  std::uint64_t bytes_of_answers = 0;
  std::array<std::uint64_t, kStatuses.size() + 1> responses{};
};

}  // namespace majuscule::simulation
