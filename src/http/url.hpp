// SPDX-License-Identifier: MIT
// Query strings: finding a parameter and undoing its percent-encoding (RFC 3986, 2.1; HTML form encoding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace majuscule {

/// The still encoded value of the first parameter of that name in a query such as `a=1&text=x`; "" when it
/// has no
/// `=`; none when it is not there.
std::optional<std::string_view> find_parameter(std::string_view query, std::string_view name);

/// Appends `encoded` to `out` with `%XX` decoded and `+` as a space. False for a bad escape: `out` is then
/// unspecified.
bool append_decoded(std::string_view encoded, std::string& out);

}  // namespace majuscule
