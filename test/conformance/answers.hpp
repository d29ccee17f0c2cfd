// SPDX-License-Identifier: MIT
// What every answer must look like: exactly the header fields it should have, no more and no fewer, whatever
// their order. Only the value of Date is not compared with a fixed text, its form is.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/http_response.hpp"

namespace majuscule::test {

/// Whether the answer is the connection's last one.
enum class Connection { kStays, kCloses };

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

inline const std::string kPlainText = "text/plain; charset=utf-8";

/// Expects a 200 with `body`, in plain text unless told otherwise.
void expect_ok(const HttpResponse& response, const std::string& body,
               Connection connection = Connection::kStays, const std::string& content_type = kPlainText);

/// Expects an error: `status` with its reason phrase, a short plain text, and `more` header fields.
void expect_error(const HttpResponse& response, int status, Connection connection,
                  const HeaderFields& more = {});

/// The answers without their dates, for comparing two conversations.
[[nodiscard]] std::string without_dates(const std::vector<HttpResponse>& responses);

/// How often an answer in `responses` has `status`.
[[nodiscard]] int count_of_status(const std::vector<HttpResponse>& responses, int status);

}  // namespace majuscule::test
