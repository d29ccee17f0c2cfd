// SPDX-License-Identifier: MIT
// A result with nothing wrong in it, to be spoilt.
#pragma once

#include <utility>
#include <vector>

#include "measure/result.hpp"

namespace majuscule::test {

/// 100 requests, offered and answered in one second: 1 to 100 ms from their time, which is 10 times that from
/// the real sending in microseconds.
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
