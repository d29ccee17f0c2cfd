// SPDX-License-Identifier: MIT
#include "server/guarded_ledger.hpp"

#include <algorithm>
#include <cassert>

#include "server/atomic_ledger.hpp"
#include "server/mutex_ledger.hpp"
#include "server/unguarded_ledger.hpp"

namespace majuscule {

std::unique_ptr<GuardedLedger> make_ledger(Guard guard, Sharing sharing, unsigned workers) {
  [[maybe_unused]] const auto allowed = allowed_guards(sharing);
  assert(workers > 0 && std::find(allowed.begin(), allowed.end(), guard) != allowed.end());
  if (sharing == Sharing::kOneThread) return std::make_unique<UnguardedLedger>();
  if (guard == Guard::kMutex) {
    return std::make_unique<MutexLedger>(sharing == Sharing::kProcesses || workers > 1, workers);
  }
  return std::make_unique<AtomicLedger>(guard, workers);
}

}  // namespace majuscule
