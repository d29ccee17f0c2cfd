// SPDX-License-Identifier: MIT
// How long a test waits for an event. Every wait is bounded, and a test that passes never waits as long as
// its bound. MAJUSCULE_TEST_TIME_SCALE stretches the bounds for a slow build (sanitizers, valgrind),
// MAJUSCULE_TEST_MACHINE_SCALE for a slow machine (tools/lib/machine_scale.py).
#pragma once

#include <chrono>
#include <string>
#include <thread>

namespace majuscule::test {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Returns `base` times both scales (integers, 1 when not set).
[[nodiscard]] milliseconds scaled(milliseconds base);

/// Returns the bound for any event that must happen: ten seconds, scaled.
[[nodiscard]] milliseconds patience();

/// Returns `base`, scaled, as a value for a duration option of the server: "400ms".
[[nodiscard]] std::string duration_option(milliseconds base);

/// Polls until `condition()` holds. Returns false when it does not hold within `limit`.
template <typename Condition>
[[nodiscard]] bool eventually(Condition condition, milliseconds limit = patience()) {
  const auto deadline = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() >= deadline) {
      return false;
    }
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

}  // namespace majuscule::test
