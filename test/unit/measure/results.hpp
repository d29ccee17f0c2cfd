// SPDX-License-Identifier: MIT
// A valid result, for tests to break.
#pragma once

#include <utility>
#include <vector>

#include "measure/result.hpp"

namespace majuscule::test {

/// 100 requests offered and answered in one second. Response times are 1 to 100 ms; service times are 10 us
/// for each ms of that.
inline Result good_result() {
  using namespace std::chrono_literals;
  constexpr Time kStart{50s};
  Result result;
  result.config = {.connections = 100, .rate = 100, .duration = 1s, .seed = 7};
  result.took = 1s;
  result.client_cpu_share = 0.41;
  result.recorder.connections = 100;
  for (int i = 1; i <= 100; ++i) {
    const Time whole = kStart + i * 10ms;
    const Flight flight{whole - i * 1ms, whole - i * 10us, true};
    result.recorder.answered(flight, whole - i * 1us, whole);
    result.recorder.connect.record(i * 100us);
    result.recorder.lateness.record(i * 10ns);
  }
  return result;
}

}  // namespace majuscule::test
