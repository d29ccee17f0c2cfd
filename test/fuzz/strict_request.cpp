// SPDX-License-Identifier: MIT
#include "fuzz/strict_request.hpp"

#include <algorithm>
#include <charconv>

namespace majuscule::test {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";  // RFC 9110, 5.6.2
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kOthers.find(c) != kOthers.npos;
  });
}

/// field-content with the blanks around it (RFC 9110, 5.5).
bool is_field_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= ' ' && byte != 0x7f);
  });
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Takes a line with its CRLF; returns nothing when there is no CRLF, or a lone CR or LF before it.
std::optional<std::string_view> take_line(std::string_view& bytes) {
  const std::size_t end = bytes.find_first_of(kLineEnd);
  if (end == std::string_view::npos || bytes.substr(end, 2) != kLineEnd) return std::nullopt;
  const auto line = bytes.substr(0, end);
  bytes.remove_prefix(end + 2);
  return line;
}

template <typename Number>
bool read_number(std::string_view text, int base, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

/// Takes field lines and the empty line after them.
bool take_fields(std::string_view& bytes,
                 std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  for (;;) {
    const auto line = take_line(bytes);
    if (!line) return false;
    if (line->empty()) return true;
    const std::size_t colon = line->find(':');
    if (colon == std::string_view::npos || !is_token(line->substr(0, colon))) return false;
    if (!is_field_text(line->substr(colon + 1))) return false;
    fields.emplace_back(line->substr(0, colon), trim(line->substr(colon + 1)));
  }
}

bool take_request_line(std::string_view& bytes, StrictRequest& request) {
  const auto line = take_line(bytes);
  if (!line) return false;
  const std::size_t first = line->find(' ');
  const std::size_t last = line->rfind(' ');
  if (first == std::string_view::npos || first == last) return false;
  request.method = line->substr(0, first);
  request.target = line->substr(first + 1, last - first - 1);
  const auto version = line->substr(last + 1);
  if (version != "HTTP/1.0" && version != "HTTP/1.1") return false;
  request.minor_version = version.back() - '0';
  const bool visible =
      std::all_of(request.target.begin(), request.target.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return is_token(request.method) && !request.target.empty() && visible;
}

std::vector<std::string_view> values_of(const StrictRequest& request, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [field, value] : request.fields) {
    if (equals_ignoring_case(field, name)) values.push_back(value);
  }
  return values;
}

/// Returns whether the Connection fields list this option (RFC 9110, 7.6.1).
bool connection_says(const StrictRequest& request, std::string_view option) {
  for (std::string_view list : values_of(request, "connection")) {
    for (;;) {
      const std::size_t comma = std::min(list.find(','), list.size());
      if (equals_ignoring_case(trim(list.substr(0, comma)), option)) return true;
      if (comma == list.size()) break;
      list.remove_prefix(comma + 1);
    }
  }
  return false;
}

/// Takes one chunk extension, from its semicolon on and with the blanks around its parts (RFC 9112, 7.1.1).
bool take_extension(std::string_view& text) {
  const auto skip_blanks = [&text] {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  };
  const auto take_token = [&text] {
    const std::size_t end = std::min(text.find_first_of(" \t;=\""), text.size());
    const bool right = is_token(text.substr(0, end));
    text.remove_prefix(end);
    return right;
  };
  skip_blanks();
  if (!text.starts_with(';')) return false;
  text.remove_prefix(1);
  skip_blanks();
  if (!take_token()) return false;
  const std::string_view behind_name = text;
  skip_blanks();
  if (!text.starts_with('=')) {
    text = behind_name;
    return true;
  }
  text.remove_prefix(1);
  skip_blanks();
  if (!text.starts_with('"')) return take_token();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      const bool right = is_field_text(text.substr(0, i));
      text.remove_prefix(i + 1);
      return right;
    }
  }
  return false;
}

bool take_chunks(std::string_view& bytes, std::string& body) {
  for (;;) {
    const auto line = take_line(bytes);
    if (!line) return false;
    const std::size_t size_end = std::min(line->find_first_of("; \t"), line->size());
    std::size_t size = 0;
    if (!read_number(line->substr(0, size_end), 16, size)) return false;
    std::string_view extensions = line->substr(size_end);
    while (!extensions.empty()) {
      if (!take_extension(extensions)) return false;
    }
    if (size == 0) break;
    if (bytes.size() < size || bytes.size() - size < 2 || bytes.substr(size, 2) != kLineEnd) return false;
    body.append(bytes.substr(0, size));
    bytes.remove_prefix(size + 2);
  }
  std::vector<std::pair<std::string_view, std::string_view>> trailers;
  return take_fields(bytes, trailers);
}

/// Returns whether a tab follows the value of this field. RFC 9110, 5.5, allows it; llhttp does not after the
/// number of a Content-Length.
bool ends_in_tab(std::string_view value) {
  const char* behind = value.data() + value.size();
  while (*behind == ' ') ++behind;
  return *behind == '\t';
}

bool is_plain(const StrictRequest& request) {
  const bool known = request.method == "GET" || request.method == "HEAD" || request.method == "POST";
  const bool path = request.target.starts_with('/') && request.target.find('#') == std::string_view::npos;
  const auto hosts = values_of(request, "host");
  const bool host =
      hosts.empty() || hosts[0].find_first_not_of("abcdefghijklmnopqrstuvwxyz.") == hosts[0].npos;
  const auto lengths = values_of(request, "content-length");
  const bool length = lengths.empty() || (!lengths[0].empty() && !ends_in_tab(lengths[0]));
  return known && path && host && length && values_of(request, "expect").empty() &&
         values_of(request, "transfer-encoding").empty();
}

}  // namespace

std::string_view skip_empty_lines(std::string_view bytes) {
  while (bytes.starts_with(kLineEnd)) bytes.remove_prefix(2);
  return bytes;
}

std::optional<StrictRequest> take_request(std::string_view& bytes) {
  std::string_view rest = skip_empty_lines(bytes);
  StrictRequest request;
  if (!take_request_line(rest, request) || !take_fields(rest, request.fields)) return std::nullopt;
  request.head_size = skip_empty_lines(bytes).size() - rest.size();
  request.is_plain = is_plain(request);
  const auto hosts = values_of(request, "host");
  const auto lengths = values_of(request, "content-length");
  const auto codings = values_of(request, "transfer-encoding");
  if (hosts.size() > 1 || hosts.size() < static_cast<std::size_t>(request.minor_version)) return std::nullopt;
  if (lengths.size() + codings.size() > 1) return std::nullopt;
  std::size_t length = 0;
  if (!lengths.empty() && !read_number(lengths[0], 10, length)) return std::nullopt;
  const bool in_chunks = !codings.empty();
  if (in_chunks && (request.minor_version == 0 || !equals_ignoring_case(codings[0], "chunked"))) {
    return std::nullopt;
  }
  // The bytes after a CONNECT belong to the tunnel (RFC 9110, 9.3.6), whatever its fields say.
  const bool has_body = request.method != "CONNECT" && (in_chunks || length > 0);
  if (has_body && in_chunks) {
    if (!take_chunks(rest, request.body)) return std::nullopt;
  } else if (has_body) {
    if (rest.size() < length) return std::nullopt;
    request.body = rest.substr(0, length);
    rest.remove_prefix(length);
  }
  request.may_keep_alive = !connection_says(request, "close") &&
                           (request.minor_version == 1 || connection_says(request, "keep-alive"));
  request.wants_continue = request.minor_version == 1 && has_body && !values_of(request, "expect").empty();
  bytes = rest;
  return request;
}

bool same(const StrictRequest& expected, const Request& request) {
  if (expected.method != request.method_name || expected.target != request.target) return false;
  if (expected.minor_version != request.minor_version || expected.body != request.body) return false;
  if (request.keep_alive && !expected.may_keep_alive) return false;
  if (expected.fields.size() != request.headers.size()) return false;
  for (std::size_t i = 0; i < expected.fields.size(); ++i) {
    const auto [name, value] = request.headers[i];
    if (expected.fields[i].first != name || expected.fields[i].second != value) return false;
  }
  return true;
}

}  // namespace majuscule::test
