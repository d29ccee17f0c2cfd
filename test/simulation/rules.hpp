// SPDX-License-Identifier: MIT
// What all clients of a simulation share: the promises that the server must keep, and the totals of what they
// have seen.
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
  /// How long a ready socket may be left waiting, besides kMostChecks checks.
  Duration slack{};
  /// In a drain a client's grace time counts from its connect, not from its accept, since the server's only
  /// thread has served others.
  bool grace_from_connect = false;
  /// Refusals that the simulation itself caused.
  unsigned caused_refusals = 0;
  /// Clients whose thread has not started: they are not counted yet.
  unsigned not_begun = 0;
  Time stop = kNever;         ///< the stop signal
  Time drain_began = kNever;  ///< the driver has seen it
  Time grace_end = kNever;    ///< during a drain: until then silent new clients stay open
  /// How late anything may be because tasks occupy a loop's only thread one after the other.
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
      0;  ///< additional ones: a deadline had passed, and there was another reason to close
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_of_requests = 0;  ///< of requests that were answered 200
  std::uint64_t bytes_of_answers = 0;
  std::array<std::uint64_t, kStatuses.size() + 1> responses{};
};

}  // namespace majuscule::simulation
