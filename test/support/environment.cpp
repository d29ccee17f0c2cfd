// SPDX-License-Identifier: MIT
#include "environment.hpp"

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace majuscule::test {

int number_from_environment(const char* name, int otherwise, int least, int most) {
  const char* const text = std::getenv(name);
  if (text == nullptr) {
    return otherwise;
  }
  const std::string_view view(text);
  int number = 0;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), number);
  if (error != std::errc() || end != view.data() + view.size() || number < least || number > most) {
    throw std::runtime_error(std::string(name) + " is a whole number from " + std::to_string(least) + " to " +
                             std::to_string(most) + ", not '" + std::string(view) + "'");
  }
  return number;
}

}  // namespace majuscule::test
