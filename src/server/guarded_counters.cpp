// SPDX-License-Identifier: MIT
#include "server/guarded_counters.hpp"

#include <algorithm>
#include <cassert>

#include "server/atomic_counters.hpp"
#include "server/mutex_counters.hpp"
#include "server/unguarded_counters.hpp"

namespace majuscule {

std::unique_ptr<GuardedCounters> make_counters(Guard guard, Sharing sharing, unsigned workers) {
  [[maybe_unused]] const auto allowed = allowed_guards(sharing);
  assert(workers > 0 && std::find(allowed.begin(), allowed.end(), guard) != allowed.end());
  if (sharing == Sharing::kOneThread) return std::make_unique<UnguardedCounters>();
  if (guard == Guard::kMutex) {
    return std::make_unique<MutexCounters>(sharing == Sharing::kProcesses || workers > 1, workers);
  }
  return std::make_unique<AtomicCounters>(guard, workers);
}

}  // namespace majuscule
