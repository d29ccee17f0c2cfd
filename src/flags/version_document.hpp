// SPDX-License-Identifier: MIT
// Formats `--version=json`: the facts of `--version` as one JSON object.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace majuscule {

/// Names of libraries, each with its version.
using Libraries = std::vector<std::pair<std::string_view, std::string>>;

/// Returns one line with: program, version, commit, built, compiler, build_type, sanitizer, options,
/// libraries. `stamp` is the text of build_stamp(); `modes` are the modes built in, omitted when there are
/// none.
std::string version_document(std::string_view program, std::string_view version, std::string_view stamp,
                             const Libraries& libraries, const std::vector<std::string>& modes = {});

}  // namespace majuscule
