// SPDX-License-Identifier: MIT
// How long a test waits for what must happen. Every wait is bounded, and none is as long as its bound in a
// test that passes; a slow build (sanitizers, valgrind) stretches the bounds with MAJUSCULE_TEST_TIME_SCALE,
// and a slow machine with MAJUSCULE_TEST_MACHINE_SCALE (tools/lib/machine_scale.py).
#pragma once

#include <chrono>
#include <string>
#include <thread>

namespace majuscule::test {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// `base` times both scales (whole numbers, 1 when they are not set).
[[nodiscard]] milliseconds scaled(milliseconds base);

/// The bound for anything that must happen: ten seconds, scaled.
[[nodiscard]] milliseconds patience();

/// `base`, scaled, as a value for a duration option of the server: "400ms".
[[nodiscard]] std::string duration_option(milliseconds base);

/// Asks again and again until `condition()` holds. False when it still does not after `limit`.
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
