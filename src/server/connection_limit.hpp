// SPDX-License-Identifier: MIT
// How many clients are connected, to all workers together, and how many may be. Each worker counts its own in
// memory that all share, so that those of one that dies can be forgotten.
#pragma once

#include <atomic>
#include <cassert>
#include <numeric>

#include "base/shared_array.hpp"

namespace majuscule {

class ConnectionLimit {
 public:
  ConnectionLimit(std::size_t most, unsigned workers) : most_(most), taken_(workers) {}

  std::size_t most() const { return most_; }
  /// False when the limit is reached. For the last one, workers that ask at the same moment may all be
  /// refused. Thread-safe, as all of these.
  bool take(unsigned worker) {
    ++taken_[worker];
    if (std::accumulate(taken_.begin(), taken_.end(), std::size_t{0}) <= most_) return true;
    --taken_[worker];
    return false;
  }
  void give_back(unsigned worker) {
    [[maybe_unused]] const std::size_t before = taken_[worker]--;
    assert(before > 0);
  }
  /// That one has died.
  void give_back_all(unsigned worker) { taken_[worker] = 0; }

 private:
  const std::size_t most_;
  const SharedArray<std::atomic<std::size_t>> taken_;
};

}  // namespace majuscule
