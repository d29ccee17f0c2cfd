// SPDX-License-Identifier: MIT
// How urgent a request is, as its client says (RFC 9218).
#pragma once

#include "majuscule/request.hpp"

namespace majuscule {

inline constexpr unsigned kDefaultUrgency = 3;

/// The `u` of the Priority field (RFC 9218, 4.1), from 0, the most urgent, to 7. kDefaultUrgency when there
/// is none, when it is out of range or no integer, and when the field is not a dictionary (RFC 8941, 3.2);
/// the last one counts. A raw message has none.
unsigned urgency(const Request& request);

}  // namespace majuscule
