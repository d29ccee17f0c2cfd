// SPDX-License-Identifier: MIT
// Integers that the environment may set for the tests. A mistyped one is an error, so that it does not change
// a bound unnoticed.
#pragma once

namespace majuscule::test {

/// Returns the value of `name`, or `otherwise` when it is not set. Throws std::runtime_error when it is no
/// integer from `least` to `most`.
[[nodiscard]] int number_from_environment(const char* name, int otherwise, int least, int most);

}  // namespace majuscule::test
