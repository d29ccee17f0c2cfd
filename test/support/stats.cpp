// SPDX-License-Identifier: MIT
// Paths are JSON pointers (RFC 6901) without their first slash.
#include "stats.hpp"

#include <stdexcept>

#include <nlohmann/json.hpp>

namespace majuscule::test {

namespace {

template <typename Number>
Number number_at(const std::string& document, const std::string& path) {
  try {
    return nlohmann::json::parse(document).at(nlohmann::json::json_pointer("/" + path)).get<Number>();
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(path + " is no number (" + error.what() + ") in " + document);
  }
}

}  // namespace

std::int64_t Stats::operator[](const std::string& path) const {
  return number_at<std::int64_t>(document_, path);
}

double Stats::real(const std::string& path) const { return number_at<double>(document_, path); }

}  // namespace majuscule::test
