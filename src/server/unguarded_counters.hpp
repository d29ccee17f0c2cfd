// SPDX-License-Identifier: MIT
// --guard=none where one thread does everything: plain memory.
#pragma once

#include <cassert>

#include "server/guarded_counters.hpp"

namespace majuscule {

class UnguardedCounters final : public GuardedCounters {
 public:
  void add(const CountersDelta& delta) override { values_.add(delta); }
  std::uint64_t next_sequence_number() override { return ++values_.sequence_numbers; }
  CounterValues read() const override { return values_; }
  void set_worker(unsigned) override {}
  void forget_client() override {
    assert(values_.accepted > values_.closed);
    --values_.accepted;
  }
  void forget_clients_of(unsigned) override {}

 private:
  CounterValues values_;
};

}  // namespace majuscule
