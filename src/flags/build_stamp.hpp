// SPDX-License-Identifier: MIT
// What a program was built from. The build writes the source file for each program (build_stamp.py).
#pragma once

namespace majuscule {

/// Returns three lines for `--version`: "commit HASH[-dirty]" ("unknown" outside a repository), "built TIME
/// ZONE" and "options NAME=VALUE...". Static, never null.
const char* build_stamp() noexcept;

}  // namespace majuscule
