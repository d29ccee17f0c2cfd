// SPDX-License-Identifier: MIT
// poll(2) with a deadline.
#pragma once

#include <poll.h>

#include <span>

#include "majuscule/instant.hpp"

namespace majuscule {

/// Blocks until a descriptor is ready or `until` has passed, to the nanosecond; kNever: no deadline. Returns
/// how many are ready. Returns 0 when a signal interrupted it, which may be before `until`.
int poll_until(std::span<pollfd> descriptors, Time until);

}  // namespace majuscule
