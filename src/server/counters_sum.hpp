// SPDX-License-Identifier: MIT
// Adds up counters that are kept in several places.
#pragma once

#include <array>
#include <tuple>

#include "majuscule/counters.hpp"

namespace majuscule {

/// Adds every counter of `other`, read by `load`, to `sum`.
template <typename Load>
void add_all(CounterValues& sum, CounterValues& other, Load load) {
  constexpr std::array kSingle = {&CounterValues::requests,  &CounterValues::accepted,
                                  &CounterValues::closed,    &CounterValues::refused,
                                  &CounterValues::timed_out, &CounterValues::bytes_in,
                                  &CounterValues::bytes_out, &CounterValues::sequence_numbers};
  static_assert(
      sizeof(CounterValues) ==
      (kSingle.size() + std::tuple_size_v<decltype(CounterValues::responses)>)*sizeof(std::uint64_t));
  for (const auto counter : kSingle) sum.*counter += load(other.*counter);
  for (std::size_t i = 0; i < sum.responses.size(); ++i) sum.responses[i] += load(other.responses[i]);
}

}  // namespace majuscule
