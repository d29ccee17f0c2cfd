// SPDX-License-Identifier: MIT
// What every answer must look like: exactly the expected header fields, in any order. For Date only the form
// is checked.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/http_response.hpp"

namespace majuscule::test {

/// Whether the connection stays open after the answer.
enum class Connection { kStays, kCloses };

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

inline const std::string kPlainText = "text/plain; charset=utf-8";

/// Expects a 200 with `body`, in plain text by default.
void expect_ok(const HttpResponse& response, const std::string& body,
               Connection connection = Connection::kStays, const std::string& content_type = kPlainText);

/// Expects an error: `status` with its reason phrase, a short plain text, and the header fields in `more`.
void expect_error(const HttpResponse& response, int status, Connection connection,
                  const HeaderFields& more = {});

/// Returns the answers without their dates, for comparisons.
[[nodiscard]] std::string without_dates(const std::vector<HttpResponse>& responses);

/// Returns how many answers in `responses` have `status`.
[[nodiscard]] int count_of_status(const std::vector<HttpResponse>& responses, int status);

}  // namespace majuscule::test
