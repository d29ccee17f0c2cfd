// SPDX-License-Identifier: MIT
// What a run has seen: every sample in a histogram, every failure counted by its kind. Pure, not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "measure/histogram.hpp"

namespace majuscule {

/// What became of a request that has no good answer; each counts once.
enum class Failure : std::uint8_t {
  kConnect,  ///< no connection for it
  kRead,     ///< the connection broke, or what came was not the protocol
  kWrite,    ///< the peer did not take it
  kTimeout,  ///< no answer in time
  kStatus,   ///< another status than 2xx
  kBody,     ///< another body than expected
};
inline constexpr std::size_t kFailures = 6;

/// "connect", "read", "write", "timeout", "status", "body".
std::string_view to_string(Failure failure);

/// The moments of one request.
struct Flight {
  Time intended;  ///< when it was to be sent
  Time sent;      ///< when its first byte was handed to the kernel
  bool measured;  ///< not of the warm-up
};

struct Recorder {
  Histogram service;     ///< from the real send to the whole answer
  Histogram response;    ///< from the intended send to the whole answer
  Histogram connect;     ///< of each connection that was made before the start or is not of the warm-up
  Histogram first_byte;  ///< from the real send to the first byte of the answer
  /// How late the client itself was. Open loop: from the moment at which a request was due and a connection
  /// free. Closed loop: from the moment at which the kernel said that there is an answer to the one at which
  /// it was read.
  Histogram lateness;
  Histogram behind;  ///< of an open loop: how long after `planned_end` answers came that came after it

  std::uint64_t requests = 0;         ///< good answers that count
  std::uint64_t warmup_requests = 0;  ///< good answers of the warm-up
  std::uint64_t connections = 0;      ///< made
  /// Sent once more, for an answer before them said that it was the last one of its connection.
  std::uint64_t resent = 0;
  Duration longest_standstill{0};  ///< of the client itself, at least, while it counted
  std::uint64_t held_up = 0;       ///< requests of an open loop that were due while no connection was free
  std::array<std::uint64_t, kFailures> failures{};
  std::array<std::string, kFailures> first_reason;  ///< the first of each kind, in words
  Time planned_end = kNever;                        ///< of the schedule of an open loop
  Time last_answer = Time::min();                   ///< that counts
  Time last_sent = Time::min();                     ///< of the requests that have one

  /// A good answer.
  void answered(const Flight& flight, Time first_byte_at, Time whole_at);
  /// When the load of an open loop had been served: when its last request was sent, 99 % of its answers had
  /// come but for the usual time that each takes, and its schedule had ended. A server that is slower than
  /// the schedule takes longer, however many connections hide that; one slow answer at the end says nothing.
  Time served_at() const;
  void failed(Failure failure, std::string_view reason, std::uint64_t count = 1);
  std::uint64_t total_failures() const;
};

}  // namespace majuscule
