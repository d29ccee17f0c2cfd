// SPDX-License-Identifier: MIT
#include "server_sanitizer.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace majuscule::test {

Sanitizer server_sanitizer() {
  const char* const text = std::getenv("MAJUSCULE_TEST_SANITIZER");
  const std::string name = text != nullptr ? text : "";
  if (name.empty()) return Sanitizer::kNone;
  if (name == "address") return Sanitizer::kAddress;
  if (name == "thread") return Sanitizer::kThread;
  throw std::runtime_error("MAJUSCULE_TEST_SANITIZER is 'address' or 'thread', not '" + name + "'");
}

}  // namespace majuscule::test
