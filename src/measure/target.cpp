// SPDX-License-Identifier: MIT
#include "measure/target.hpp"

#include <charconv>

#include <fmt/core.h>

#include "core/capitalize.hpp"
#include "core/url.hpp"

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

/// The body that the server's contract promises for the path; none: it promises nothing that is known here.
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

}  // namespace

std::string Target::authority() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

std::optional<Target> parse_url(std::string_view text) {
  Target target;
  constexpr std::string_view kHttp = "http://", kRaw = "raw://";
  if (!printable(text)) return std::nullopt;
  if (text.starts_with(kHttp)) {
    text.remove_prefix(kHttp.size());
  } else if (text.starts_with(kRaw)) {
    text.remove_prefix(kRaw.size());
    target.raw = true;
  } else {
    return std::nullopt;
  }
  text = text.substr(0, text.find('#'));
  const auto path = text.find_first_of("/?");
  if (path != std::string_view::npos) {
    if (text[path] == '/') target.path.clear();
    target.path += text.substr(path);
    text = text.substr(0, path);
  }
  if (target.raw && target.path != "/") return std::nullopt;

  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    target.host = text.substr(1, end - 1);
    if (target.host.find(':') == std::string::npos) return std::nullopt;
    text.remove_prefix(end + 1);
    if (!text.empty() && text.front() != ':') return std::nullopt;
    if (!text.empty()) port = text.substr(1);
  } else {
    const auto colon = text.find(':');
    target.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
  }
  if (target.host.empty() || target.host.find('@') != std::string::npos) return std::nullopt;
  if (!port) return target.raw ? std::nullopt : std::optional(target);
  const auto [end, error] = std::from_chars(port->data(), port->data() + port->size(), target.port);
  if (error != std::errc() || end != port->data() + port->size() || target.port == 0) return std::nullopt;
  return target;
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
