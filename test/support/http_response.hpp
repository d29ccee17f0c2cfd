// SPDX-License-Identifier: MIT
// One HTTP answer as received. The parser is strict, since the conformance of the server's output to RFC 9112
// is what is tested.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace majuscule::test {

struct HttpResponse {
  int status = 0;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string raw;  // every byte of it, head and body

  /// Returns the value of the only header of that name, compared without case. Nothing when it is absent;
  /// throws when repeated.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;

  /// Returns true when the answer announces that the connection closes.
  [[nodiscard]] bool says_close() const { return header("Connection") == "close"; }

  /// Returns `raw` with the value of Date replaced, so that two answers can be compared byte for byte.
  [[nodiscard]] std::string without_date() const;
};

/// Whether an answer carries the body that its Content-Length announces; one to HEAD does not.
enum class Body { kExpected, kNone };

/// Removes the first answer from `bytes`. Returns nothing while it is incomplete. Throws std::runtime_error,
/// with the bytes, when they cannot begin an answer.
[[nodiscard]] std::optional<HttpResponse> take_response(std::string& bytes, Body body = Body::kExpected);

/// Returns all answers in `bytes`. Throws when something is left over.
[[nodiscard]] std::vector<HttpResponse> all_responses(std::string bytes);

}  // namespace majuscule::test
