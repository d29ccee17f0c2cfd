// SPDX-License-Identifier: MIT
// A TCP client that reads HTTP answers, and the few requests that many tests send. It waits at most
// patience() for each answer. An answer that is late or wrong is an exception that fails the test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http_response.hpp"
#include "stats.hpp"
#include "tcp_client.hpp"

namespace majuscule::test {

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port, std::optional<int> receive_buffer = std::nullopt)
      : tcp_(port, receive_buffer) {}

  /// Sends all of `bytes`. Throws when the server has closed before.
  void send(std::string_view bytes);

  /// Returns the next answer, including interim ones.
  [[nodiscard]] HttpResponse receive(Body body = Body::kExpected);

  /// Sends `bytes` and returns the next answer.
  [[nodiscard]] HttpResponse request(std::string_view bytes, Body body = Body::kExpected);

  /// Returns the answers up to the end of input. Throws when the connection is reset or still open after
  /// `limit`.
  [[nodiscard]] std::vector<HttpResponse> receive_to_end(milliseconds limit = patience());

  /// Returns true when the server closes without sending another byte.
  [[nodiscard]] bool is_closed_by_server(milliseconds limit = patience());

  /// Returns the connection underneath, without bytes that `receive` has read ahead.
  [[nodiscard]] TcpClient& tcp() { return tcp_; }

 private:
  TcpClient tcp_;
  std::string read_ahead_;
};

/// `GET target HTTP/1.1` with a Host and `more` header lines, each ending in CRLF.
[[nodiscard]] std::string get(std::string_view target, std::string_view more = "");

/// The same for any method.
[[nodiscard]] std::string request(std::string_view method, std::string_view target,
                                  std::string_view more = "");

/// `POST /capitalize` with `body` framed by Content-Length.
[[nodiscard]] std::string post(std::string_view body, std::string_view more = "");

/// `POST /capitalize` with `body` in chunks of `size`, then the `trailers` lines.
[[nodiscard]] std::string post_chunked(std::string_view body, std::size_t size,
                                       std::string_view trailers = "");

/// Returns the document of /stats over `client`, so that `client` may stay connected although a mode serves
/// one client at a time.
[[nodiscard]] Stats stats_over(HttpClient& client);

/// Returns `text` capitalized as the server must: the first byte upper-case, other letters lower-case (ASCII
/// only).
[[nodiscard]] std::string capitalized(std::string text);

}  // namespace majuscule::test
