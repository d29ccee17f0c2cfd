// SPDX-License-Identifier: MIT
// Whole numbers that the environment may set for the tests. One that is mistyped is an error: it must not
// turn into another bound.
#pragma once

namespace majuscule::test {

/// The value of `name`, `otherwise` when it is not set. Throws std::runtime_error when it is no whole number
/// from `least` to `most`.
[[nodiscard]] int number_from_environment(const char* name, int otherwise, int least, int most);

}  // namespace majuscule::test
