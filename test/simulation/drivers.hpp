// SPDX-License-Identifier: MIT
// The simulated drivers, and the results of their runs.
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
  /// Seeds that found a fault or reach rare states: always run.
  std::span<const std::uint64_t> kept_seeds;
};

/// For the messages of tests.
inline void PrintTo(const Driver& driver, std::ostream* stream) { *stream << driver.name; }

/// Returns all that are built in.
std::span<const Driver> drivers();
/// Returns null when there is none with that name.
const Driver* find_driver(std::string_view name);

/// The sum of several runs.
struct Lives {
  Duration lived{};
  std::uint64_t requests = 0;
  std::uint64_t clients = 0;
  std::uint64_t seeds = 0;
  std::string fault;  ///< of the first run that had one, with its seed and the command to replay it

  /// Runs once more, unless there was a fault.
  void live(const Driver& driver, std::uint64_t seed, const Setting& setting = {});
};

}  // namespace majuscule::simulation
