// SPDX-License-Identifier: MIT
// A blocking TCP client on loopback that can behave well or badly: sends whole or in pieces, closes one half,
// resets. Every read has a deadline. It is for one thread at a time, except that one may send while one
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

/// How a connection looked when reading stopped.
enum class Ending { kStillOpen, kEndOfInput, kReset };

struct Received {
  std::string bytes;
  Ending ending;
};

class TcpClient {
 public:
  /// Connects to 127.0.0.1:`port`. A `receive_buffer` (bytes) makes the kernel hold little, at either end,
  /// for a client that does not read. Throws std::system_error when it cannot connect.
  explicit TcpClient(std::uint16_t port, std::optional<int> receive_buffer = std::nullopt);

  /// Nothing when nobody listens (or listens no longer) on `port`, or does not answer within `limit`.
  [[nodiscard]] static std::optional<TcpClient> try_connect(std::uint16_t port,
                                                            milliseconds limit = patience());

  /// Sends all of `bytes`. False when the peer has closed before they were all taken.
  bool send(std::string_view bytes);

  /// The same in writes of `size` bytes, each its own segment unless the kernel joins them.
  bool send_in_pieces(std::string_view bytes, std::size_t size);

  /// Sends as much of `bytes` as the kernel takes until it has taken nothing for `patience`; the count sent.
  std::size_t send_until_stuck(std::string_view bytes, milliseconds patience);

  /// Says that nothing more will be sent.
  void half_close();

  /// Closes with an RST.
  void reset();

  void close() { socket_.close(); }

  /// The next bytes, as they come; none at the end, on a reset and after `limit`.
  [[nodiscard]] Received receive_some(milliseconds limit = patience());

  /// Everything until the peer closes, or until `limit` has passed in all.
  [[nodiscard]] Received receive_to_end(milliseconds limit = patience());

  /// Waits until the server has taken all that was sent out of its socket. False after patience().
  [[nodiscard]] bool wait_until_server_has_read() const;

  /// Waits until the server has sent something, and leaves it there. False after patience().
  [[nodiscard]] bool wait_until_server_has_sent() const;

 private:
  explicit TcpClient(UniqueFd socket) : socket_(std::move(socket)) {}

  UniqueFd socket_;
};

}  // namespace majuscule::test
