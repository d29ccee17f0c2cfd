// SPDX-License-Identifier: MIT
// The scale of all waits, read once from the environment. A value that is not a whole number from 1 to 1000
// is an error: a typing mistake must not turn into bounds of zero.
#include "patience.hpp"

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace majuscule::test {

namespace {

int read_time_scale() {
  const char* text = std::getenv("MAJUSCULE_TEST_TIME_SCALE");
  if (text == nullptr) {
    return 1;
  }
  const std::string_view view(text);
  int scale = 0;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), scale);
  if (error != std::errc() || end != view.data() + view.size() || scale < 1 || scale > 1000) {
    throw std::runtime_error("MAJUSCULE_TEST_TIME_SCALE is a whole number from 1 to 1000, not '" +
                             std::string(view) + "'");
  }
  return scale;
}

}  // namespace

milliseconds scaled(milliseconds base) {
  static const int scale = read_time_scale();
  return base * scale;
}

milliseconds patience() { return scaled(std::chrono::seconds(10)); }

std::string duration_option(milliseconds base) { return std::to_string(scaled(base).count()) + "ms"; }

}  // namespace majuscule::test
