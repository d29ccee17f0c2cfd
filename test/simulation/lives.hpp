// SPDX-License-Identifier: MIT
// A whole run of a server with either driver: it serves, drains, and is checked against its promises. The
// same seed and setting give the same run.
#pragma once

#include "simulation/world.hpp"

namespace majuscule::simulation {

/// The readiness driver on a simulated poller.
Outcome live_with_readiness(std::uint64_t seed, const Setting& setting);
/// The blocking driver on threads in virtual time: as --mode=threads, for every fourth seed as
/// --mode=sequential.
Outcome live_with_blocking(std::uint64_t seed, const Setting& setting);

}  // namespace majuscule::simulation
