// SPDX-License-Identifier: MIT
// When the requests of an open loop are due, to the nanosecond, whatever became of those before them. Nothing
// is stored: the next one is computed when it is asked for. Pure, not thread-safe.
#pragma once

#include <cstdint>
#include <random>

#include "measure/load_config.hpp"

namespace majuscule {

class Schedule {
 public:
  /// `count` arrivals within `length` from `start` on. kPoisson: a Poisson process that is known to have so
  /// many arrivals there, so that the rate that is offered is the rate that was asked for.
  Schedule(Arrivals arrivals, Time start, Duration length, std::uint64_t count, std::uint64_t seed);

  /// When the next one is due; kNever: there is none.
  Time next() const { return next_; }
  /// Goes on to the one behind it. There must be one that is due.
  void pop();
  /// How many are left.
  std::uint64_t left() const { return count_ - popped_; }

 private:
  Time advance_to(std::uint64_t number);

  Arrivals arrivals_;
  Time start_;
  double length_;  // ns
  std::uint64_t count_;
  std::uint64_t popped_ = 0;
  double reached_ = 0;  // of `length`, in the Poisson process
  std::mt19937_64 random_;
  Time next_;
};

}  // namespace majuscule
