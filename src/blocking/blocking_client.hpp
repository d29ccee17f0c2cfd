// SPDX-License-Identifier: MIT
// Serves one client on one thread, process or fiber, from its first byte to its last.
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

/// Lives on the stack of the thread that serves the client. Not thread-safe.
class BlockingClient {
 public:
  /// Once the server drains, calls `clients.drain_meanwhile()` between two waits.
  BlockingClient(Server& server, BlockingIo& io, ClientRegistry& registry, DrainedClients& clients,
                 Accepted&& client);
  ~BlockingClient();
  BlockingClient(const BlockingClient&) = delete;
  BlockingClient& operator=(const BlockingClient&) = delete;

  /// Serves the client until it has gone. Blocks. Throws std::bad_alloc.
  void run();

 private:
  // Enough for a batch of small requests. Small, since it lies on the second page of every idle thread's
  // stack.
  static constexpr std::size_t kReadSize = 1152;
  // For a client that sends more, until its connection is idle again.
  static constexpr std::size_t kLargeReadSize = Connection::kLargestRead;
  static constexpr std::size_t kPooledExchanges = 1;

  bool answer();
  bool send_now();
  bool write();
  bool finish();
  bool receive();
  void keep_deadline();
  bool is_end_of_drain() const;
  bool wait_briefly();
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
