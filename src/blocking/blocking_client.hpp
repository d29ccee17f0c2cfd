// SPDX-License-Identifier: MIT
// One client on one thread, process or fiber, served straight through from its first byte to its last.
#pragma once

#include <array>
#include <memory>

#include "blocking/blocking_io.hpp"
#include "blocking/client_registry.hpp"
#include "blocking/drained_clients.hpp"
#include "http/request_context.hpp"
#include "server/clock.hpp"
#include "server/server.hpp"

namespace majuscule {

/// Lives on the stack of what serves the client. Not thread-safe.
class BlockingClient {
 public:
  /// Calls `clients.drain_meanwhile()` between two waits, once the server drains.
  BlockingClient(Server& server, BlockingIo& io, ClientRegistry& registry, DrainedClients& clients,
                 Accepted&& client);
  ~BlockingClient();
  BlockingClient(const BlockingClient&) = delete;
  BlockingClient& operator=(const BlockingClient&) = delete;

  /// Serves the client to its end. Blocks. Throws std::bad_alloc.
  void run();

 private:
  // Enough for a batch of small requests; small, since every idle thread keeps it on its second page of
  // stack.
  static constexpr std::size_t kReadSize = 1152;
  // For a client that sends more; only until the connection is idle.
  static constexpr std::size_t kLargeReadSize = Connection::kLargestRead;
  static constexpr std::size_t kPooledExchanges = 1;

  bool answer();
  bool send_now();
  bool write();
  bool finish();
  bool receive();
  void keep_deadline();
  bool is_end_of_drain() const;
  bool wait_a_little();
  bool work(const Task& task);

  Server& server_;
  BlockingIo& io_;
  ClientRegistry& registry_;
  DrainedClients& clients_;
  UniqueFd fd_;
  BlockingIo::Socket socket_;
  ClientRegistry::Entry entry_;
  Clock clock_;
  Instant now_;
  RequestContextPool pool_{kPooledExchanges};
  ConnectionContext context_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<char[]> large_buffer_;
  std::array<char, kReadSize> buffer_;
};

}  // namespace majuscule
