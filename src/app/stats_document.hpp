// SPDX-License-Identifier: MIT
// What GET /stats says, from values.
#pragma once

#include <string>

#include "majuscule/serve.hpp"

namespace majuscule {

/// The JSON document of /stats (docs/contract.md, "Statistics").
std::string stats_document(const ServerInfo& info, const CounterValues& values, const Resources& resources,
                           const LogLosses& losses, Duration uptime);

}  // namespace majuscule
