// SPDX-License-Identifier: MIT
// Formats a result: a table for people, JSON for programs. Pure.
#pragma once

#include <string>

#include "measure/result.hpp"

namespace majuscule {

/// Formats nanoseconds with a unit and three digits: "18.0 us", "500 ms". A value that rounds to the next
/// unit uses it: 999.6 us is "1.00 ms".
std::string in_time_units(double ns);

/// Formats requests/s with one decimal, or below 10 with three significant digits: "0.01", "3.3", "100.0".
std::string rate_in_words(double rate);

/// Returns the table with its notes. `what` describes the load.
std::string table_of(const Result& result, const std::string& what);

/// Returns the JSON object on one line (docs/contract.md, "The load client"). Figures without samples are
/// null.
std::string json_of(const Result& result);

}  // namespace majuscule
