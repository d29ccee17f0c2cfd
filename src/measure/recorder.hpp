// SPDX-License-Identifier: MIT
// Records a run: every sample in a histogram, every failure counted by its kind. Pure, not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "measure/histogram.hpp"

namespace majuscule {

/// Why a request has no good answer; each counts once.
enum class Failure : std::uint8_t {
  kConnect,  ///< it got no connection
  kRead,     ///< the connection broke, or the answer was invalid
  kWrite,    ///< the peer did not accept it
  kTimeout,  ///< no answer in time
  kStatus,   ///< a status other than 2xx
  kBody,     ///< a body other than expected
};
inline constexpr std::size_t kFailures = 6;

/// "connect", "read", "write", "timeout", "status", "body".
std::string_view to_string(Failure failure);

/// The times of one request.
struct Flight {
  Time intended;  ///< when it was due
  Time sent;      ///< when its first byte was passed to the kernel
  bool measured;  ///< false in the warm-up
};

struct Recorder {
  Histogram service;     ///< from the actual send to the end of the answer
  Histogram response;    ///< from the intended send to the end of the answer
  Histogram connect;     ///< of each connection made before the start or after the warm-up
  Histogram first_byte;  ///< from the actual send to the first byte of the answer
  /// How late the client itself was. Open loop: since a request was due and a connection free. Closed loop:
  /// from when the kernel reported an answer to when the client read it.
  Histogram lateness;
  Histogram behind;  ///< open loop: by how much answers came after `planned_end`

  std::uint64_t requests = 0;         ///< good answers that are measured
  std::uint64_t warmup_requests = 0;  ///< good answers of the warm-up
  std::uint64_t connections = 0;      ///< made
  /// Requests sent again, since an earlier answer was the last of its connection.
  std::uint64_t resent = 0;
  Duration longest_standstill{0};  ///< of the client itself, during the measurement, at least
  std::uint64_t held_up = 0;       ///< open-loop requests that were due while no connection was free
  std::array<std::uint64_t, kFailures> failures{};
  std::array<std::string, kFailures> first_reason;  ///< the first message of each kind
  Time planned_end = kNever;                        ///< of the open loop's schedule
  Time last_answer = Time::min();                   ///< of the measured requests
  Time last_sent = Time::min();                     ///< of the requests with a good answer

  /// Records a good answer.
  void answered(const Flight& flight, Time first_byte_at, Time whole_at);
  /// Returns when the load of an open loop had been served: its schedule has ended, its last request is sent,
  /// and 99 % of its answers have come, less the usual time of an answer. A server that is slower than the
  /// schedule takes longer, however many connections hide that; one slow answer at the end does not count.
  Time served_at() const;
  void failed(Failure failure, std::string_view reason, std::uint64_t count = 1);
  std::uint64_t total_failures() const;
};

}  // namespace majuscule
