// SPDX-License-Identifier: MIT
// The state that all requests share: the counters of /stats. How it is protected (the guard) is part of the
// model.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace majuscule {

/// The statuses this server sends, in the order of /stats. 100 is not counted, since it is not a final
/// status.
inline constexpr std::array<std::uint16_t, 14> kStatuses = {200, 204, 400, 404, 405, 408, 413,
                                                            414, 417, 431, 500, 501, 503, 505};
/// Returns the index of a status in kStatuses; kStatuses.size() for any other.
constexpr std::size_t status_index(std::uint16_t status) {
  std::size_t i = 0;
  while (i < kStatuses.size() && kStatuses[i] != status) ++i;
  return i;
}

/// An event, as changes to add to the counters.
struct CountersDelta {
  std::uint32_t requests = 0;  ///< capitalize requests answered 200, and raw replies
  std::uint16_t status = 0;    ///< of one HTTP answer; 0: none
  std::uint32_t accepted = 0;
  std::uint32_t closed = 0;
  std::uint32_t refused = 0;
  std::uint32_t timed_out = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

struct CounterValues {
  std::uint64_t requests = 0;
  std::uint64_t accepted = 0;
  std::uint64_t closed = 0;  ///< open connections are accepted - closed
  std::uint64_t refused = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::array<std::uint64_t, kStatuses.size() + 1> responses{};  ///< the last element: any other status
  std::uint64_t sequence_numbers = 0;                           ///< capitalize requests that have begun

  void add(const CountersDelta& delta) {
    add(delta, [](std::uint64_t& counter, std::uint64_t amount) { counter += amount; });
  }
  /// Adds through `increase(counter, amount)`, for counters that are not plain integers; an amount may be 0.
  template <typename Increase>
  void add(const CountersDelta& delta, Increase increase) {
    increase(requests, delta.requests);
    increase(accepted, delta.accepted);
    increase(closed, delta.closed);
    increase(refused, delta.refused);
    increase(timed_out, delta.timed_out);
    increase(bytes_in, delta.bytes_in);
    increase(bytes_out, delta.bytes_out);
    if (delta.status != 0) increase(responses[status_index(delta.status)], 1);
  }
};

class Counters {
 public:
  Counters() = default;
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;
  virtual ~Counters() = default;

  /// Adds an event. Thread-safe as the guard promises.
  virtual void add(const CountersDelta& delta) = 0;
  /// Returns the number of this capitalize request, counted from 1 over the whole server.
  virtual std::uint64_t next_sequence_number() = 0;
  /// Returns all counters. Each is exact when no other thread is adding; with a mutex or one thread, all are
  /// of the same moment.
  virtual CounterValues read() const = 0;
};

}  // namespace majuscule
