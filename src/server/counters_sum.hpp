// SPDX-License-Identifier: MIT
// Adds up counters that are kept in several places.
#pragma once

#include <array>
#include <tuple>

#include "majuscule/ledger.hpp"

namespace majuscule {

/// Adds every counter of `other`, read by `load`, to those of `sum`.
template <typename Load>
void add_all(Counters& sum, Counters& other, Load load) {
  constexpr std::array kSingle = {&Counters::requests,  &Counters::accepted,  &Counters::closed,
                                  &Counters::refused,   &Counters::timed_out, &Counters::bytes_in,
                                  &Counters::bytes_out, &Counters::tickets};
  static_assert(sizeof(Counters) ==
                (kSingle.size() + std::tuple_size_v<decltype(Counters::responses)>)*sizeof(std::uint64_t));
  for (const auto counter : kSingle) sum.*counter += load(other.*counter);
  for (std::size_t i = 0; i < sum.responses.size(); ++i) sum.responses[i] += load(other.responses[i]);
}

}  // namespace majuscule
