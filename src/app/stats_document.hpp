// SPDX-License-Identifier: MIT
// Formats the document of GET /stats.
#pragma once

#include <string>

#include "majuscule/serve.hpp"

namespace majuscule {

/// Returns the JSON document of /stats (docs/contract.md, "Statistics").
std::string stats_document(const ServerInfo& info, const CounterValues& values, const Resources& resources,
                           const LogLosses& losses, Duration uptime);

}  // namespace majuscule
