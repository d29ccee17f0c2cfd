// SPDX-License-Identifier: MIT
#include "load/address_turn.hpp"

namespace majuscule {

std::optional<std::size_t> AddressTurn::take(std::uint64_t& tried, Time now) {
  const std::size_t count = addresses_.size();
  std::optional<std::size_t> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t address = (turn_ + i) % count;
    if ((tried >> address & 1) != 0) continue;
    const bool avoided = addresses_[address].avoided_until > now;
    if (!chosen || !avoided) chosen = address;
    if (!avoided) break;
  }
  if (!chosen) return std::nullopt;
  if (tried == 0) turn_ = (*chosen + 1) % count;
  tried |= std::uint64_t{1} << *chosen;
  return chosen;
}

}  // namespace majuscule
