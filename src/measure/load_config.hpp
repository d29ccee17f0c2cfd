// SPDX-License-Identifier: MIT
// What a run of the load client is to do, as a value.
#pragma once

#include <cstdint>
#include <optional>

#include "majuscule/instant.hpp"

namespace majuscule {

/// How the requests of an open loop follow one another.
enum class Arrivals : std::uint8_t {
  kFixed,    ///< one every 1/rate
  kPoisson,  ///< at random, as many clients that know nothing of each other make them
};

struct LoadConfig {
  std::size_t connections = 1;  ///< at once
  std::size_t pipeline = 1;     ///< requests in flight on each
  /// Then it is closed and a new one made; none: never.
  std::optional<std::uint64_t> requests_per_connection = std::nullopt;
  std::optional<double> rate = std::nullopt;  ///< requests/s offered (open loop); none: closed loop
  Arrivals arrivals = Arrivals::kFixed;
  /// Requests are begun for so long after the warm-up, and so many; at least one of the two is there.
  std::optional<Duration> duration = std::nullopt;
  std::optional<std::uint64_t> requests = std::nullopt;
  Duration settle{0};                           ///< how long all connections stand before the first request
  Duration warmup{0};                           ///< what is begun before it ends is not measured
  Duration timeout = std::chrono::seconds(10);  ///< for a connection, and for each reply
  std::uint64_t seed = 0;                       ///< of the arrivals
};

}  // namespace majuscule
