// SPDX-License-Identifier: MIT
// spdlog, set up: the server's log on stderr (coloured on a terminal, plain when piped) and the access log.
// One thread gets sinks without locks, several get sinks with.
#pragma once

#include <memory>
#include <string>

#include <spdlog/logger.h>

#include "core/connection.hpp"
#include "majuscule/mode.hpp"

namespace majuscule {

std::shared_ptr<spdlog::logger> make_logger(Sharing sharing, const std::string& level);

/// Appends to `file`, a line at a time; SIGUSR1 opens it anew (LogFile). Throws std::runtime_error with the
/// reason when it cannot be opened. A line that cannot be written later (full disk) is lost; that is said in
/// `log` once a minute.
std::unique_ptr<AccessLog> make_access_log(Sharing sharing, const std::string& file,
                                           std::shared_ptr<spdlog::logger> log);

}  // namespace majuscule
