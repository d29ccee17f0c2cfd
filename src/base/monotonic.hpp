// SPDX-License-Identifier: MIT
// The monotonic clock.
#pragma once

#include "majuscule/instant.hpp"

namespace majuscule {

/// Returns CLOCK_MONOTONIC. Thread-safe and async-signal-safe.
Time monotonic_now();

}  // namespace majuscule
