// SPDX-License-Identifier: MIT
// The scale of all waits, read once from the environment.
#include "patience.hpp"

#include "environment.hpp"

namespace majuscule::test {

milliseconds scaled(milliseconds base) {
  static const int scale = number_from_environment("MAJUSCULE_TEST_TIME_SCALE", 1, 1, 1000) *
                           number_from_environment("MAJUSCULE_TEST_MACHINE_SCALE", 1, 1, 1000);
  return base * scale;
}

milliseconds patience() { return scaled(std::chrono::seconds(10)); }

std::string duration_option(milliseconds base) { return std::to_string(scaled(base).count()) + "ms"; }

}  // namespace majuscule::test
