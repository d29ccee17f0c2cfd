// SPDX-License-Identifier: MIT
#include "measure/target.hpp"

#include <charconv>
#include <utility>

#include <fmt/core.h>

#include "app/capitalize.hpp"
#include "http/url.hpp"

namespace majuscule {
namespace {

constexpr std::string_view kCapitalize = "/capitalize";
constexpr std::string_view kText = "mAJUSCULE is ONE small Server, whose Concurrency MODEL is a flag. ";

std::string capitalized(std::string text) {
  capitalize(text);
  return text;
}

std::string body_of(std::size_t size) {
  std::string body;
  body.reserve(size + kText.size());
  while (body.size() < size) body += kText;
  body.resize(size);
  return body;
}

bool printable(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte >= 0x7f) return false;
  }
  return true;
}

/// Returns the body that the server's contract promises for the path; nothing when it promises none.
std::optional<std::string> promised(const Target& target, const std::optional<std::string>& body) {
  const auto question = target.path.find('?');
  if (std::string_view(target.path).substr(0, question) != kCapitalize) return std::nullopt;
  if (body) return capitalized(*body);
  if (question == std::string::npos) return std::nullopt;
  const auto text = find_parameter(std::string_view(target.path).substr(question + 1), "text");
  std::string decoded;
  if (!text || !append_decoded(*text, decoded)) return std::nullopt;
  return capitalized(std::move(decoded));
}

std::string expected(std::string_view why) { return fmt::format("{}; expected {}", why, kUrlForm); }

std::string take_port(std::string_view text, Target& target) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), target.port);
  const bool right = error == std::errc() && end == text.data() + text.size() && target.port > 0;
  return right ? "" : fmt::format("the port is '{}'; expected a number from 1 to 65535", text);
}

/// Parses `HOST`, `HOST:PORT`, `[ADDRESS]` or `[ADDRESS]:PORT`. Returns what is wrong; empty: nothing.
std::string take_authority(std::string_view text, Target& target) {
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return expected("the bracket before the host is not closed");
    target.host = text.substr(1, end - 1);
    if (target.host.find(':') == std::string::npos) return expected("brackets are for an IPv6 address");
    text.remove_prefix(end + 1);
    if (!text.empty() && text.front() != ':') return expected("only :PORT may follow the brackets");
    if (!text.empty()) port = text.substr(1);
  } else {
    const auto colon = text.find(':');
    if (colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos) {
      return "an IPv6 address needs brackets, as in http://[::1]:8000/";
    }
    target.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
  }
  if (target.host.empty()) return expected("the host is missing");
  if (port) return take_port(*port, target);
  return target.raw ? "raw:// needs a port; expected raw://HOST:PORT" : "";
}

/// Returns what is wrong with a URL; empty: nothing.
std::string problem_with(std::string_view text, Target& target) {
  constexpr std::string_view kRaw = "raw";
  if (!printable(text)) {
    return "a URL may contain only printable ASCII without blanks; write others as %20 and so on";
  }
  const auto scheme_end = text.find("://");
  const auto scheme = text.substr(0, scheme_end);
  const bool has_scheme = scheme_end != text.npos && scheme.find_first_of("/?#") == scheme.npos;
  if (has_scheme && scheme == "https") return "TLS is not supported; expected http://HOST:PORT/PATH";
  if (has_scheme && scheme != "http" && scheme != kRaw) {
    return expected(fmt::format("'{}://' is not supported", scheme));
  }
  if (!has_scheme) return expected("http:// is missing");
  target.raw = scheme == kRaw;
  text.remove_prefix(scheme_end + 3);
  text = text.substr(0, text.find('#'));
  const auto path = text.find_first_of("/?");
  if (path != std::string_view::npos) {
    if (text[path] == '/') target.path.clear();
    target.path += text.substr(path);
    text = text.substr(0, path);
  }
  if (text.find('@') != text.npos) return expected("a user or a password in the URL is not supported");
  if (target.raw && target.path != "/") return "raw:// has no path; expected raw://HOST:PORT";
  return take_authority(text, target);
}

}  // namespace

std::string Target::authority() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

ParsedUrl read_url(std::string_view text) {
  ParsedUrl url;
  Target target;
  url.problem = problem_with(text, target);
  if (url.problem.empty()) url.target = std::move(target);
  return url;
}

std::optional<Target> parse_url(std::string_view text) { return read_url(text).target; }

std::string without_user(std::string_view text) {
  std::string clean;
  for (;;) {
    const auto authority = text.find("://");
    const auto end = authority == text.npos ? text.npos : text.find_first_of("/?# ", authority + 3);
    const auto at = authority == text.npos ? text.npos : text.substr(0, end).rfind('@');
    if (authority == text.npos) return clean.append(text);
    clean.append(text.substr(0, authority + 3));
    text.remove_prefix(at == text.npos || at < authority ? authority + 3 : at + 1);
  }
}

RequestTemplate make_request_template(const Target& target, std::optional<std::size_t> body_size,
                                      const std::string& text, bool closing, BodyCheck check) {
  RequestTemplate request_template;
  Expectation& expected = request_template.expected;
  expected.raw = target.raw;
  expected.any_body = check == BodyCheck::kAny;
  if (target.raw) {
    request_template.request = text;
    if (check == BodyCheck::kAuto) expected.body = capitalized(text);
    return request_template;
  }
  std::optional<std::string> body;
  if (body_size) body = body_of(*body_size);
  if (check == BodyCheck::kAuto) expected.body = promised(target, body);
  request_template.request =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n{}", body ? "POST" : "GET", target.path, target.authority(),
                  closing ? "Connection: close\r\n" : "");
  if (body) request_template.request += fmt::format("Content-Length: {}\r\n", body->size());
  request_template.request += "\r\n";
  if (body) request_template.request += *body;
  return request_template;
}

}  // namespace majuscule
