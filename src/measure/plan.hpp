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

struct Plan {
  std::size_t connections = 1;  ///< at once
  std::size_t pipeline = 1;     ///< requests in flight on each
  std::optional<std::uint64_t>
      requests_per_connection;  ///< then it is closed and a new one made; none: never
  std::optional<double> rate;   ///< requests/s offered (open loop); none: closed loop
  Arrivals arrivals = Arrivals::kFixed;
  std::optional<Duration> duration;             ///< requests are begun for so long after the warm-up ...
  std::optional<std::uint64_t> requests;        ///< ... and so many; at least one of the two is there
  Duration warmup{0};                           ///< what is begun before it ends is not measured
  Duration timeout = std::chrono::seconds(10);  ///< for a connection, and for each reply
  std::uint64_t seed = 0;                       ///< of the arrivals
};

}  // namespace majuscule
