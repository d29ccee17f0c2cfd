// SPDX-License-Identifier: MIT
// Computes when the requests of an open loop are due, to the nanosecond, whatever happened to earlier ones.
// Each time is computed on demand; nothing is stored. Pure, not thread-safe.
#pragma once

#include <cstdint>
#include <random>

#include "measure/load_config.hpp"

namespace majuscule {

class Schedule {
 public:
  /// `count` arrivals within `length` after `start`. kPoisson: a Poisson process conditioned on that number
  /// of arrivals, so that the offered rate is exactly the requested one.
  Schedule(Arrivals arrivals, Time start, Duration length, std::uint64_t count, std::uint64_t seed);

  /// Returns when the next request is due; kNever: there is none.
  Time next() const { return next_; }
  /// Moves on to the next request. There must be one that is due.
  void pop();
  /// Returns how many are left.
  std::uint64_t left() const { return count_ - popped_; }

 private:
  Time advance_to(std::uint64_t number);

  Arrivals arrivals_;
  Time start_;
  double length_;  // ns
  std::uint64_t count_;
  std::uint64_t popped_ = 0;
  double reached_ = 0;  // share of `length` reached by the Poisson process
  std::mt19937_64 random_;
  Time next_;
};

}  // namespace majuscule
