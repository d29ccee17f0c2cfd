// SPDX-License-Identifier: MIT
// The work of the whole server: bytes.capitalize() of Python, in place.
#pragma once

#include <span>

namespace majuscule {

/// The first byte upper-cased if it is an ASCII letter, every other ASCII letter lower-cased, all else
/// untouched.
void capitalize(std::span<char> text);

}  // namespace majuscule
