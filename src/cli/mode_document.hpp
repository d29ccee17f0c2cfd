// SPDX-License-Identifier: MIT
// Formats the table of the modes for programs: `--list-modes=json`.
#pragma once

#include <string>

namespace majuscule {

/// Returns a JSON array on one line: an object for each mode, as it is with `workers` workers. Members: name,
/// summary, built_in (the build found the libraries), runs_here, why_not (null where it runs), sharing,
/// holds, options (those that apply to some modes only, with --workers and --reuseport), guards and queues
/// (the default first), has_pool, stages (pools that a request passes; 0 without a pool), has_io_thread,
/// workers_need_reuseport, spins, descriptor_limit (null: none).
std::string mode_document(unsigned workers);

}  // namespace majuscule
