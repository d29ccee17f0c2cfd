// SPDX-License-Identifier: MIT
// Parses the command line's durations (`250us`, `1.5s`, `2min`), sizes (`16KiB`, `10MB`) and tasks
// (`sleep:200ms`).
#pragma once

#include <optional>
#include <string_view>

#include "majuscule/instant.hpp"
#include "majuscule/task.hpp"

namespace majuscule {

inline constexpr std::string_view kDurationForm = "a duration such as 250us, 200ms, 1.5s or 2min";
inline constexpr std::string_view kSizeForm = "a size such as 512, 16KiB, 1MiB or 10MB";
inline constexpr std::string_view kTaskForm =
    "none, sleep:D, block:D or cpu:D with D a duration such as 200ms";

/// Parses a decimal number with a unit (ns, us, ms, s, min, h). Returns nothing for anything else, a negative
/// number, or more than a year.
std::optional<Duration> parse_duration(std::string_view text);

/// Parses a whole number of bytes, alone or with B, kB, KB, MB, GB, KiB, MiB, GiB. Returns nothing for
/// anything else or an overflow.
std::optional<std::size_t> parse_size(std::string_view text);

/// Parses `none` or KIND:DURATION. Returns nothing for anything else.
std::optional<Task> parse_task(std::string_view text);

}  // namespace majuscule
