// SPDX-License-Identifier: MIT
// What every fuzz target needs. A target throws when a promise is broken: libFuzzer then reports a crash and
// keeps the input, and the replay of the corpus reports a failed test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

/// libFuzzer's entry point: runs the target with one input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace majuscule::test {

inline void expect(bool holds, const char* promise) {
  if (!holds) throw std::logic_error(std::string("broken: ") + promise);
}

}  // namespace majuscule::test
