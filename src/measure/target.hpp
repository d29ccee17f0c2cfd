// SPDX-License-Identifier: MIT
// The target of a run and its messages: `http://HOST:PORT/PATH` or `raw://HOST:PORT`, the bytes of a request,
// and the expected answer. Pure.
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

  /// Returns `HOST:PORT`, as in a Host field.
  std::string authority() const;
};

struct ParsedUrl {
  std::optional<Target> target;
  std::string
      problem;  ///< if there is no target: what is wrong and what would be right, without any password
};

/// Parses a URL of the form kUrlForm. raw requires a port, http defaults to 80; a fragment is dropped.
ParsedUrl read_url(std::string_view text);
std::optional<Target> parse_url(std::string_view text);

/// Returns the text without the user and password of each URL in it, for messages.
std::string without_user(std::string_view text);

/// The request of a run, always the same.
struct RequestTemplate {
  std::string request;  ///< the bytes to send
  Expectation expected;
};

/// How bodies are checked.
enum class BodyCheck : std::uint8_t {
  kAuto,  ///< /capitalize and raw: must be capitalized; otherwise: all the same
  kSame,  ///< all the same, whatever they are
  kAny,   ///< not checked
};

/// Makes a GET, or with a `body_size` (bytes) a POST of mixed-case text; `closing` adds `Connection: close`.
/// For raw, the message is `text`.
RequestTemplate make_request_template(const Target& target, std::optional<std::size_t> body_size,
                                      const std::string& text, bool closing, BodyCheck check);

}  // namespace majuscule
