// SPDX-License-Identifier: MIT
// The drivers that are simulated, and the lives that they have had.
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "simulation/lives.hpp"

namespace majuscule::simulation {

struct Driver {
  std::string_view name;
  Outcome (*live)(std::uint64_t seed, const Setting& setting);
  /// Seeds that have found something, or reach what others do not: always run.
  std::span<const std::uint64_t> kept_seeds;
};

/// For the messages of tests.
inline void PrintTo(const Driver& driver, std::ostream* stream) { *stream << driver.name; }

/// All that are built in.
std::span<const Driver> drivers();
/// Null: there is none of that name.
const Driver* find_driver(std::string_view name);

/// The sum of several lives.
struct Lives {
  Duration lived{};
  std::uint64_t requests = 0;
  std::uint64_t clients = 0;
  std::uint64_t seeds = 0;
  std::string fault;  ///< of the first life that had one, with its seed and the command that replays it

  /// Lives once more, unless there was a fault.
  void live(const Driver& driver, std::uint64_t seed, const Setting& setting = {});
};

}  // namespace majuscule::simulation
