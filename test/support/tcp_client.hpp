// SPDX-License-Identifier: MIT
// A blocking TCP client on loopback that can behave well or badly: sends at once or in pieces, closes one
// half, resets. Every read has a deadline. For one thread at a time, except that one may send while another
// reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "patience.hpp"
#include "unique_fd.hpp"

namespace majuscule::test {

/// The state of a connection when reading stopped.
enum class Ending { kStillOpen, kEndOfInput, kReset };

struct Received {
  std::string bytes;
  Ending ending;
};

class TcpClient {
 public:
  /// Connects to 127.0.0.1:`port`. A small `receive_buffer` (bytes) makes the kernel hold little data at both
  /// ends, for a client that does not read. Throws std::system_error when it cannot connect.
  explicit TcpClient(std::uint16_t port, std::optional<int> receive_buffer = std::nullopt);

  /// Returns nothing when there is no listener on `port` (any more), or no answer within `limit`.
  [[nodiscard]] static std::optional<TcpClient> try_connect(std::uint16_t port,
                                                            milliseconds limit = patience());

  /// Sends all of `bytes`. Returns false when the peer has closed first.
  bool send(std::string_view bytes);

  /// The same in writes of `size` bytes, each its own segment unless the kernel joins them.
  bool send_in_pieces(std::string_view bytes, std::size_t size);

  /// Sends `bytes` until the kernel has accepted nothing for `patience`. Returns how many were sent.
  std::size_t send_until_stuck(std::string_view bytes, milliseconds patience);

  /// Shuts down writing.
  void half_close();

  /// Closes with an RST.
  void reset();

  void close() { socket_.close(); }

  /// Returns the next bytes as they arrive; none at the end, on a reset and after `limit`.
  [[nodiscard]] Received receive_some(milliseconds limit = patience());

  /// Returns everything until the peer closes, or until `limit` has passed in total.
  [[nodiscard]] Received receive_to_end(milliseconds limit = patience());

  /// Waits until the server has read everything that was sent. Returns false after patience().
  [[nodiscard]] bool wait_until_server_has_read() const;

  /// Waits until the server has sent something, without reading it. Returns false after patience().
  [[nodiscard]] bool wait_until_server_has_sent() const;

 private:
  explicit TcpClient(UniqueFd socket) : socket_(std::move(socket)) {}

  UniqueFd socket_;
};

}  // namespace majuscule::test
