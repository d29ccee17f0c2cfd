// SPDX-License-Identifier: MIT
// Decides which requests a run makes, and when: in a closed loop the next one as soon as a connection is
// free, in an open loop by a schedule. Pure: time is a parameter. Not thread-safe.
#pragma once

#include <optional>

#include "measure/load_config.hpp"
#include "measure/schedule.hpp"

namespace majuscule {

/// Fewer requests than these define no rate: there is no interval between them.
inline constexpr std::uint64_t kLeastScheduled = 2;

/// Returns how many measured requests the schedule of an open loop has. The configuration must have a rate.
std::uint64_t scheduled_requests(const LoadConfig& config);

class RequestSource {
 public:
  RequestSource(const LoadConfig& config, Time start);

  /// Returns the intended time of the request to send now; nothing when none is due, or none is left.
  std::optional<Time> take(Time now);

  /// Returns when to call take() next: a time, possibly past, or kNever when no request is left.
  Time next() const;

  /// Returns whether a request with that intended time is measured.
  bool measured(Time intended) const { return intended >= measured_from_; }
  /// When the warm-up ends.
  Time measured_from() const { return measured_from_; }
  /// Returns when the last request is begun. In an open loop, when the request after the last would be due,
  /// since that is how long the rate is offered: up to half an interval before or after the duration. kNever:
  /// only the number of requests ends the run.
  Time until() const { return until_; }
  /// Returns whether no request is left or the time to begin one has passed.
  bool over(Time now) const;
  /// Open loop: returns how many requests have not been taken, including those of the warm-up.
  std::uint64_t left() const;
  /// Ends the requests, whatever is left.
  void stop();

 private:
  bool open_loop() const { return schedule_.has_value(); }
  void begin_measured_phase();

  const LoadConfig config_;
  const Time measured_from_;
  Time until_;
  std::uint64_t left_;  // measured requests; in an open loop, all of them
  std::optional<Schedule> schedule_;
  bool warming_up_;
  bool stopped_ = false;
};

}  // namespace majuscule
