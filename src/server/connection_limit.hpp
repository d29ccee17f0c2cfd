// SPDX-License-Identifier: MIT
// Counts the connected clients of all workers and enforces the limit. Each worker has its own count in shared
// memory, so that the clients of a dead worker can be subtracted.
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
  /// Returns false when the limit is reached. When workers compete for the last permit, all of them may be
  /// refused. Thread-safe, as all functions here.
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
  /// That worker has died.
  void give_back_all(unsigned worker) { taken_[worker] = 0; }

 private:
  const std::size_t most_;
  const SharedArray<std::atomic<std::size_t>> taken_;
};

}  // namespace majuscule
