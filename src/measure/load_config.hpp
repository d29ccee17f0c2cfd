// SPDX-License-Identifier: MIT
// The configuration of a run of the load client.
#pragma once

#include <cstdint>
#include <optional>

#include "majuscule/instant.hpp"

namespace majuscule {

/// The intervals between requests in an open loop.
enum class Arrivals : std::uint8_t {
  kFixed,    ///< one every 1/rate
  kPoisson,  ///< random, as many independent clients produce them
};

struct LoadConfig {
  std::size_t connections = 1;  ///< at once
  std::size_t pipeline = 1;     ///< requests in flight on each
  /// After that many it is closed and replaced; none: never.
  std::optional<std::uint64_t> requests_per_connection = std::nullopt;
  std::optional<double> rate = std::nullopt;  ///< requests/s offered (open loop); none: closed loop
  Arrivals arrivals = Arrivals::kFixed;
  /// How long requests are begun after the warm-up, and how many; at least one of the two is set.
  std::optional<Duration> duration = std::nullopt;
  std::optional<std::uint64_t> requests = std::nullopt;
  Duration settle{0};  ///< how long all connections stay open before the first request
  Duration warmup{0};  ///< requests begun in this time are not measured
  Duration timeout = std::chrono::seconds(10);  ///< for connecting, and for each reply
  std::uint64_t seed = 0;                       ///< of random arrivals
};

}  // namespace majuscule
