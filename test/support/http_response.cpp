// SPDX-License-Identifier: MIT
// Parses answers: a status line, header lines, and a body with a Content-Length. An answer without a length,
// with a transfer coding, or with anything that RFC 9112 does not allow is an error.
#include "http_response.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <regex>
#include <stdexcept>

namespace majuscule::test {

namespace {

[[noreturn]] void refuse(const std::string& why, std::string_view bytes) {
  throw std::runtime_error(why + " in:\n" + std::string(bytes.substr(0, 2000)));
}

bool equal_in_any_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

HttpResponse read_head(const std::string& head) {
  static const std::regex kStatusLine("HTTP/1\\.1 ([1-5][0-9][0-9]) ([ -~]*)");
  static const std::regex kHeaderLine("([-!#$%&'*+.^_`|~0-9A-Za-z]+): ([!-~](?:[ -~]*[!-~])?)");
  HttpResponse response;
  std::size_t start = 0;
  while (start < head.size()) {
    const std::size_t end = head.find("\r\n", start);
    const std::string line = head.substr(start, end - start);
    std::smatch match;
    if (start == 0) {
      if (!std::regex_match(line, match, kStatusLine)) {
        refuse("not a status line: '" + line + "'", head);
      }
      response.status = std::stoi(match[1]);
      response.reason = match[2];
    } else if (std::regex_match(line, match, kHeaderLine)) {
      response.headers.emplace_back(match[1], match[2]);
    } else {
      refuse("not a header line: '" + line + "'", head);
    }
    start = end + 2;
  }
  return response;
}

std::size_t content_length(const HttpResponse& response, std::string_view head) {
  const std::optional<std::string> text = response.header("Content-Length");
  if (!text || response.header("Transfer-Encoding")) {
    refuse("an answer is framed by Content-Length alone", head);
  }
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), length);
  if (error != std::errc() || end != text->data() + text->size()) {
    refuse("Content-Length is not a number", head);
  }
  return length;
}

}  // namespace

std::optional<std::string> HttpResponse::header(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [key, value] : headers) {
    if (equal_in_any_case(key, name)) {
      if (found) {
        refuse("header repeated: " + key, raw);
      }
      found = value;
    }
  }
  return found;
}

std::string HttpResponse::without_date() const {
  static const std::regex kDate("\r\nDate: [A-Za-z0-9,: ]*\r\n");
  const std::size_t end_of_head = raw.find("\r\n\r\n") + 4;
  return std::regex_replace(raw.substr(0, end_of_head), kDate, "\r\nDate: (date)\r\n") +
         raw.substr(end_of_head);
}

std::optional<HttpResponse> take_response(std::string& bytes, Body body) {
  static const std::string kBeginning = "HTTP/1.1 ";
  if (bytes.compare(0, kBeginning.size(), kBeginning, 0, std::min(kBeginning.size(), bytes.size())) != 0) {
    refuse("not the beginning of an answer", bytes);
  }
  const std::size_t end_of_head = bytes.find("\r\n\r\n");
  if (end_of_head == std::string::npos) {
    return std::nullopt;
  }
  const std::string head = bytes.substr(0, end_of_head + 2);
  HttpResponse response = read_head(head);
  const bool has_no_body = response.status < 200 || response.status == 204;
  if (has_no_body && response.header("Content-Length")) {
    refuse("an answer with this status has no Content-Length", head);
  }
  const std::size_t told = has_no_body ? 0 : content_length(response, head);
  const std::size_t length = body == Body::kExpected ? told : 0;
  const std::size_t total = end_of_head + 4 + length;
  if (bytes.size() < total) {
    return std::nullopt;
  }
  response.body = bytes.substr(end_of_head + 4, length);
  response.raw = bytes.substr(0, total);
  bytes.erase(0, total);
  return response;
}

std::vector<HttpResponse> all_responses(std::string bytes) {
  std::vector<HttpResponse> responses;
  const std::string everything = bytes;
  while (!bytes.empty()) {
    std::optional<HttpResponse> response = take_response(bytes);
    if (!response) {
      refuse("the last answer is not whole", everything);
    }
    responses.push_back(*std::move(response));
  }
  return responses;
}

}  // namespace majuscule::test
