// SPDX-License-Identifier: MIT
// Parses a host: an IP address, an IPv6 address in brackets as in a URL (RFC 3986, 3.2.2), or a name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace majuscule {

/// For messages.
inline constexpr std::string_view kHostForm =
    "an address or a name without a port, such as 127.0.0.1, [::1] or localhost";

/// Returns the host without brackets. Returns nothing for text that is no host: empty, longer than a name can
/// be, with a port, with a byte that no name or address has, with brackets that do not match or hold no IPv6
/// address. Whether a name exists is not checked here.
std::optional<std::string> parse_host(std::string_view text);

}  // namespace majuscule
