// SPDX-License-Identifier: MIT
// What this program was built from. The build writes the source of it, for each program (build_stamp.py).
#pragma once

namespace majuscule {

/// Three lines for `--version`: "commit HASH[-dirty]" ("unknown" outside a repository), "built TIME ZONE" and
/// "options NAME=VALUE...". Static, never null.
const char* build_stamp() noexcept;

}  // namespace majuscule
