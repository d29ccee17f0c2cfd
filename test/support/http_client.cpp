// SPDX-License-Identifier: MIT
// The client's reading loop, and the texts of common requests.
#include "http_client.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace majuscule::test {

void HttpClient::send(std::string_view bytes) {
  if (!tcp_.send(bytes)) {
    throw std::runtime_error("the server closed before it had received the request");
  }
}

HttpResponse HttpClient::receive(Body body) {
  const auto deadline = Clock::now() + patience();
  for (;;) {
    if (std::optional<HttpResponse> response = take_response(read_ahead_, body)) {
      return *std::move(response);
    }
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    const Received some = tcp_.receive_some(std::max(left, milliseconds(0)));
    if (some.bytes.empty()) {
      const char* const why = some.ending == Ending::kStillOpen ? "no whole answer in time"
                              : some.ending == Ending::kEndOfInput
                                  ? "the server closed before its whole answer"
                                  : "the server reset before its whole answer";
      throw std::runtime_error(std::string(why) + "; received: " + read_ahead_.substr(0, 2000));
    }
    read_ahead_ += some.bytes;
  }
}

HttpResponse HttpClient::request(std::string_view bytes, Body body) {
  send(bytes);
  return receive(body);
}

std::vector<HttpResponse> HttpClient::receive_to_end(milliseconds limit) {
  const Received rest = tcp_.receive_to_end(limit);
  const std::string bytes = std::exchange(read_ahead_, "") + rest.bytes;
  if (rest.ending != Ending::kEndOfInput) {
    throw std::runtime_error(std::string(rest.ending == Ending::kReset ? "reset" : "still open") +
                             " where the server should have closed; received: " + bytes.substr(0, 2000));
  }
  return all_responses(bytes);
}

bool HttpClient::is_closed_by_server(milliseconds limit) {
  const Received rest = tcp_.receive_to_end(limit);
  return read_ahead_.empty() && rest.bytes.empty() && rest.ending == Ending::kEndOfInput;
}

std::string request(std::string_view method, std::string_view target, std::string_view more) {
  std::string text(method);
  return text.append(" ")
      .append(target)
      .append(" HTTP/1.1\r\nHost: localhost\r\n")
      .append(more)
      .append("\r\n");
}

std::string get(std::string_view target, std::string_view more) { return request("GET", target, more); }

std::string post(std::string_view body, std::string_view more) {
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return request("POST", "/capitalize", length + std::string(more)).append(body);
}

std::string post_chunked(std::string_view body, std::size_t size, std::string_view trailers) {
  std::string text = request("POST", "/capitalize", "Transfer-Encoding: chunked\r\n");
  while (!body.empty()) {
    const std::string_view chunk = body.substr(0, size);
    char length[20];
    std::snprintf(length, sizeof length, "%zx\r\n", chunk.size());
    text.append(length).append(chunk).append("\r\n");
    body.remove_prefix(chunk.size());
  }
  return text.append("0\r\n").append(trailers).append("\r\n");
}

Stats stats_over(HttpClient& client) {
  const HttpResponse response = client.request(get("/stats"));
  if (response.status != 200) {
    throw std::runtime_error("/stats answered " + response.raw);
  }
  return Stats(response.body);
}

std::string capitalized(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i == 0 && c >= 'a' && c <= 'z') {
      text[i] = static_cast<char>(c - 'a' + 'A');
    } else if (i > 0 && c >= 'A' && c <= 'Z') {
      text[i] = static_cast<char>(c - 'A' + 'a');
    }
  }
  return text;
}

}  // namespace majuscule::test
