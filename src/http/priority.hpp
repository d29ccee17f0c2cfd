// SPDX-License-Identifier: MIT
// The urgency of a request, as its client asks for it (RFC 9218).
#pragma once

#include "majuscule/request.hpp"

namespace majuscule {

inline constexpr unsigned kDefaultUrgency = 3;

/// Returns `u` of the Priority field (RFC 9218, 4.1), from 0, the most urgent, to 7; the last `u` counts.
/// Returns kDefaultUrgency when it is missing, out of range or no integer, when the field is not a dictionary
/// (RFC 8941, 3.2), and for a raw message.
unsigned urgency(const Request& request);

}  // namespace majuscule
