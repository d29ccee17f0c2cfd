// SPDX-License-Identifier: MIT
// --guard=none where one thread does everything: plain memory.
#pragma once

#include <cassert>

#include "server/guarded_ledger.hpp"

namespace majuscule {

class UnguardedLedger final : public GuardedLedger {
 public:
  void add(const Tally& tally) override { counters_.add(tally); }
  std::uint64_t next_ticket() override { return ++counters_.tickets; }
  Counters read() const override { return counters_; }
  void become(unsigned) override {}
  void forget_client() override {
    assert(counters_.accepted > counters_.closed);
    --counters_.accepted;
  }
  void forget_clients_of(unsigned) override {}

 private:
  Counters counters_;
};

}  // namespace majuscule
