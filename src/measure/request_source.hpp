// SPDX-License-Identifier: MIT
// Which requests a run makes, and when: in a closed loop the next one as soon as somebody is free, in an open
// loop those that a schedule says. Pure: time is a parameter. Not thread-safe.
#pragma once

#include <optional>

#include "measure/load_config.hpp"
#include "measure/schedule.hpp"

namespace majuscule {

/// Fewer requests than these say no rate: there is no distance between them.
inline constexpr std::uint64_t kLeastScheduled = 2;

/// How many requests that count the schedule of an open loop has. `plan` has a rate.
std::uint64_t scheduled_requests(const LoadConfig& config);

class RequestSource {
 public:
  RequestSource(const LoadConfig& config, Time start);

  /// The moment for which a request was intended that is to be sent now; none: not now, or no more.
  std::optional<Time> take(Time now);

  /// When take() is worth asking: a moment, possibly past, or kNever when there are no more requests.
  Time next() const;

  /// Whether a request that was intended for then counts.
  bool measured(Time intended) const { return intended >= measured_from_; }
  /// When the warm-up ends.
  Time measured_from() const { return measured_from_; }
  /// When the last request is begun. In an open loop, when the one behind the last would be due, for so long
  /// is the rate offered: up to half a distance before or after the duration. kNever: nothing but their
  /// number ends the run.
  Time until() const { return until_; }
  /// No request is left, or the time to begin one has passed.
  bool over(Time now) const;
  /// Of an open loop: how many of its requests have not been taken, those of the warm-up among them.
  std::uint64_t left() const;
  /// No more requests, whatever is left.
  void stop();

 private:
  bool open_loop() const { return schedule_.has_value(); }
  void begin_measured_phase();

  const LoadConfig config_;
  const Time measured_from_;
  Time until_;
  std::uint64_t left_;  // of the requests that count; in an open loop, all that there will be
  std::optional<Schedule> schedule_;
  bool warming_up_;
  bool stopped_ = false;
};

}  // namespace majuscule
