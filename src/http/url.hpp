// SPDX-License-Identifier: MIT
// Finds a parameter in a query string and decodes it (RFC 3986, 2.1; HTML form encoding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace majuscule {

/// Returns the encoded value of the first parameter with that name in a query such as `a=1&text=x`: "" when
/// it has no `=`, nothing when it is missing.
std::optional<std::string_view> find_parameter(std::string_view query, std::string_view name);

/// Appends `encoded` to `out`, with `%XX` decoded and `+` as a space. Returns false for a bad escape; `out`
/// is then unspecified.
bool append_decoded(std::string_view encoded, std::string& out);

}  // namespace majuscule
