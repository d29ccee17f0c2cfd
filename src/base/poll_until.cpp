// SPDX-License-Identifier: MIT
#include "base/poll_until.hpp"

#include <algorithm>
#include <optional>

#include "base/monotonic.hpp"
#include "base/timespec.hpp"

namespace majuscule {

int poll_until(std::span<pollfd> descriptors, Time until) {
  std::optional<timespec> rest;
  if (until != kNever) rest = to_timespec(std::max(until - monotonic_now(), Duration::zero()));
  return std::max(::ppoll(descriptors.data(), descriptors.size(), rest ? &*rest : nullptr, nullptr), 0);
}

}  // namespace majuscule
