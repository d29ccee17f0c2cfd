// SPDX-License-Identifier: MIT
#include "net/guarded_ledger.hpp"

#include <array>

#include "majuscule/mode.hpp"
#include "net/mutex.hpp"

namespace majuscule {
namespace {

class UnguardedLedger final : public Ledger {
 public:
  void add(const Tally& tally) override { counters_.add(tally); }
  std::uint64_t next_ticket() override { return ++counters_.tickets; }
  Counters read() const override { return counters_; }

 private:
  Counters counters_;
};

class MutexLedger final : public Ledger {
 public:
  void add(const Tally& tally) override {
    const MutexLock lock(mutex_);
    counters_.add(tally);
  }
  std::uint64_t next_ticket() override {
    const MutexLock lock(mutex_);
    return ++counters_.tickets;
  }
  Counters read() const override {
    const MutexLock lock(mutex_);
    return counters_;
  }

 private:
  mutable Mutex mutex_;
  Counters counters_ MAJUSCULE_GUARDED_BY(mutex_);
};

constexpr std::array kOneThreadGuards = {Guard::kNone};
constexpr std::array kThreadGuards = {Guard::kMutex};

}  // namespace

std::span<const Guard> allowed_guards(Sharing sharing) {
  if (sharing == Sharing::kOneThread) return kOneThreadGuards;
  return kThreadGuards;
}

Sharing sharing_of(const Mode& mode, unsigned workers) {
  return workers > 1 && mode.sharing == Sharing::kOneThread ? Sharing::kProcesses : mode.sharing;
}

std::string_view to_string(Guard guard) {
  switch (guard) {
    case Guard::kNone: return "none";
    case Guard::kMutex: return "mutex";
    case Guard::kAtomic: return "atomic";
    case Guard::kSharded: return "sharded";
  }
  return {};
}

std::string_view to_string(QueueOrder order) {
  switch (order) {
    case QueueOrder::kFifo: return "fifo";
    case QueueOrder::kLifo: return "lifo";
    case QueueOrder::kPriority: return "priority";
  }
  return {};
}

std::unique_ptr<Ledger> make_ledger(Guard guard) {
  if (guard == Guard::kMutex) return std::make_unique<MutexLedger>();
  return std::make_unique<UnguardedLedger>();
}

}  // namespace majuscule
