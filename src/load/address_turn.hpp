// SPDX-License-Identifier: MIT
// Decides which of a name's addresses the next connection tries first, and which it tries when that fails or
// hangs (similar to RFC 8305): all in turn, those that failed recently last. Pure: no sockets, and time is a
// parameter. Not thread-safe.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <vector>

#include "majuscule/instant.hpp"

namespace majuscule {

class AddressTurn {
 public:
  /// Further addresses of a name are ignored.
  static constexpr std::size_t kMost = 64;
  /// How long an attempt runs before the next address is tried in parallel (RFC 8305, 5).
  static constexpr Duration kHeadStart = std::chrono::milliseconds(250);
  /// How long an address that failed is tried last, also one that worked before, whose server may have been
  /// restarted. A connection that tries a hanging address first is delayed, and the figures would show that.
  static constexpr Duration kAvoided = std::chrono::seconds(2);
  static constexpr Duration kAvoidedUnused = std::chrono::seconds(60);

  /// `count` is from 1 to kMost.
  explicit AddressTurn(std::size_t count) : addresses_(count) { assert(count >= 1 && count <= kMost); }

  /// Returns the address for the next attempt of a connection, and sets its bit in `tried`; nothing when all
  /// are tried. With no bit set it is a new connection, which gets the next address in turn.
  std::optional<std::size_t> take(std::uint64_t& tried, Time now);
  /// Returns whether take() would return an address.
  bool has_more(std::uint64_t tried) const {
    return tried != (~std::uint64_t{0} >> (kMost - addresses_.size()));
  }

  /// Reports whether a connection to the address was made.
  void worked(std::size_t address) {
    assert(address < addresses_.size());
    addresses_[address].avoided_until = Time::min();
    addresses_[address].used = true;
  }
  void failed(std::size_t address, Time now) {
    assert(address < addresses_.size());
    addresses_[address].avoided_until = now + (addresses_[address].used ? kAvoided : kAvoidedUnused);
  }
  /// Returns whether a connection to it was ever made.
  bool used(std::size_t address) const { return addresses_[address].used; }

 private:
  struct State {
    Time avoided_until = Time::min();
    bool used = false;
  };

  std::vector<State> addresses_;
  std::size_t turn_ = 0;
};

}  // namespace majuscule
