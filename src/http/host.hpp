// SPDX-License-Identifier: MIT
// What may stand for a host: an address, an IPv6 address in brackets as in a URL (RFC 3986, 3.2.2), or a
// name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace majuscule {

/// For messages.
inline constexpr std::string_view kHostForm =
    "an address or a name without a port, such as 127.0.0.1, [::1] or localhost";

/// The host without its brackets. Nothing for what can be neither: empty or longer than a name can be, with a
/// blank or any byte that a name or address cannot have, with brackets that do not match or hold no IPv6
/// address, or with a port. Whether a name exists is for the resolver to say.
std::optional<std::string> parse_host(std::string_view text);

}  // namespace majuscule
