// SPDX-License-Identifier: MIT
// Whom a run talks to and what it says: `http://HOST:PORT/PATH` or `raw://HOST:PORT`, the bytes of a request,
// and what the answers must be. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "measure/answer_parser.hpp"

namespace majuscule {

inline constexpr std::string_view kUrlForm = "http://HOST:PORT/PATH or raw://HOST:PORT";

struct Target {
  bool raw = false;
  std::string host;  ///< an address or a name, without brackets
  std::uint16_t port = 80;
  std::string path = "/";  ///< with its query

  /// `HOST:PORT`, as a Host field has it.
  std::string authority() const;
};

struct ParsedUrl {
  std::optional<Target> target;
  std::string
      problem;  ///< what is wrong and what would be right, when there is no target; without a password
};

/// Takes kUrlForm. A port is needed for raw, 80 is meant otherwise; a fragment is dropped.
ParsedUrl read_url(std::string_view text);
std::optional<Target> parse_url(std::string_view text);

/// The text without the user and password of each URL in it, to be shown.
std::string without_user(std::string_view text);

/// Of a run, the same for each of its requests.
struct RequestTemplate {
  std::string request;  ///< the bytes to send
  Expectation expected;
};

/// How a body is judged.
enum class BodyCheck : std::uint8_t {
  kAuto,  ///< /capitalize and raw: must be capitalized; else: all alike
  kSame,  ///< all alike, whatever they are
  kAny,   ///< not looked at
};

/// A GET, or with a `body_size` (bytes) a POST of mixed-case text; `closing` says `Connection: close`. For
/// raw, the message is `text`.
RequestTemplate make_request_template(const Target& target, std::optional<std::size_t> body_size,
                                      const std::string& text, bool closing, BodyCheck check);

}  // namespace majuscule
