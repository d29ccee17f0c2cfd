// SPDX-License-Identifier: MIT
// One HTTP answer as it came over the wire. The reader is strict: what the server writes must be exactly what
// RFC 9112 describes, because that is what is under test.
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

  /// The value of the only header of that name, in any case. Nothing when it is absent; throws when repeated.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;

  /// True when the answer says that it is the last one.
  [[nodiscard]] bool says_close() const { return header("Connection") == "close"; }

  /// `raw` with the value of Date replaced, so that two answers can be compared byte for byte.
  [[nodiscard]] std::string without_date() const;
};

/// Whether an answer carries the body that its Content-Length tells of: one to HEAD does not.
enum class Body { kExpected, kNone };

/// Takes the first answer off the front of `bytes`. Nothing while it is not whole. Throws std::runtime_error,
/// with the bytes, when they cannot be the beginning of an answer.
[[nodiscard]] std::optional<HttpResponse> take_response(std::string& bytes, Body body = Body::kExpected);

/// All the answers in `bytes`. Throws when something is left over.
[[nodiscard]] std::vector<HttpResponse> all_responses(std::string bytes);

}  // namespace majuscule::test
