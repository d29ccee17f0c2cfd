// SPDX-License-Identifier: MIT
// A result as text: a table for people, an object for programs. Pure.
#pragma once

#include <string>

#include "measure/result.hpp"

namespace majuscule {

/// Nanoseconds with a unit and three digits: "18.0 us", "500 ms". What rounds to the next unit has that one:
/// 999.6 us is "1.00 ms".
std::string in_time_units(double ns);

/// Requests/s with a digit behind the point, and below 10 with so many that three count: "0.01", "3.3",
/// "100.0".
std::string rate_in_words(double rate);

/// The table and what must be said beside it. `what`: the load in words.
std::string table_of(const Result& result, const std::string& what);

/// The contract's JSON object in one line (docs/contract.md, "The load client"). Figures of nothing are null.
std::string json_of(const Result& result);

}  // namespace majuscule
