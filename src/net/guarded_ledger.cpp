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

std::string_view to_string(Guard guard) { return guard == Guard::kMutex ? "mutex" : "none"; }

std::unique_ptr<Ledger> make_ledger(Guard guard) {
  if (guard == Guard::kMutex) return std::make_unique<MutexLedger>();
  return std::make_unique<UnguardedLedger>();
}

}  // namespace majuscule
