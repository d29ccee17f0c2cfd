// SPDX-License-Identifier: MIT
// The work of the server: Python's bytes.capitalize(), in place.
#pragma once

#include <span>

namespace majuscule {

/// Makes the first byte upper-case and every other lower-case if it is an ASCII letter; leaves other bytes as
/// they are.
void capitalize(std::span<char> text);

}  // namespace majuscule
