// SPDX-License-Identifier: MIT
// To which of a name's addresses the next connection goes, and to which one it goes when that fails or hangs
// (in the manner of RFC 8305): all in turn, those that have just failed last. Pure: time is a parameter, and
// no sockets. Not thread-safe.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <vector>

#include "majuscule/instant.hpp"

namespace majuscule {

class AddressTurn {
 public:
  /// More addresses of a name are not looked at.
  static constexpr std::size_t kMost = 64;
  /// How long an attempt has before the next address is tried beside it (RFC 8305, 5).
  static constexpr Duration kHeadStart = std::chrono::milliseconds(250);
  /// How long an address that failed comes last: one that worked before, whose server may have been
  /// restarted, and one that never did. A connection that tries one that hangs is made later for it, which
  /// figures would show.
  static constexpr Duration kAvoided = std::chrono::seconds(2);
  static constexpr Duration kAvoidedUnused = std::chrono::seconds(60);

  /// `count` is from 1 to kMost.
  explicit AddressTurn(std::size_t count) : addresses_(count) { assert(count >= 1 && count <= kMost); }

  /// The address for the next attempt of a connection that has tried those whose bits are set, and marks it
  /// there; none: it has tried all. With no bit set it is a new connection, for which it is the next one's
  /// turn.
  std::optional<std::size_t> take(std::uint64_t& tried, Time now);
  /// Whether take() would give one.
  bool has_more(std::uint64_t tried) const {
    return tried != (~std::uint64_t{0} >> (kMost - addresses_.size()));
  }

  /// A connection to it was made, or was not.
  void worked(std::size_t address) {
    assert(address < addresses_.size());
    addresses_[address].avoided_until = Time::min();
    addresses_[address].used = true;
  }
  void failed(std::size_t address, Time now) {
    assert(address < addresses_.size());
    addresses_[address].avoided_until = now + (addresses_[address].used ? kAvoided : kAvoidedUnused);
  }
  /// Whether a connection to it was ever made.
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
