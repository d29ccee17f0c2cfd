// SPDX-License-Identifier: MIT
// Serves one client to its end where it is called, and waits there for its bytes, its socket and its tasks,
// through BlockingIo. Shared by the modes that wait for one client at a time.
//
// It knows all clients being served, to let a drain wake those that wait for a request. Where the serving
// thread is the only one, that thread drains as well: the stop signal interrupts its waits again and again,
// and between two of them it does what is due.
#pragma once

#include <cassert>
#include <functional>

#include "blocking/blocking_client.hpp"
#include "blocking/blocking_io.hpp"
#include "blocking/client_registry.hpp"
#include "blocking/drained_clients.hpp"
#include "server/server.hpp"

namespace majuscule {

class BlockingClients;

/// A client that has a permit, to be served on whatever thread calls it. Not called, it is closed.
class ClientJob {
 public:
  /// None.
  ClientJob() = default;
  ClientJob(BlockingClients& clients, Accepted client, ConnectionPermit permit)
      : clients_(&clients), client_(std::move(client)), permit_(std::move(permit)) {}

  /// Serves it to its end. Once.
  void operator()();
  /// The client, not served.
  Accepted take_client() && {
    assert(client_.fd);
    return std::move(client_);
  }

 private:
  BlockingClients* clients_ = nullptr;
  Accepted client_;
  ConnectionPermit permit_;
};

/// Who drains.
enum class Drainer : std::uint8_t {
  kAcceptor,       ///< another thread than those that serve
  kServingThread,  ///< the one that serves, between two waits
};

class BlockingClients final : public DrainedClients {
 public:
  /// With Drainer::kServingThread the waits must be system calls, on the main thread.
  BlockingClients(Server& server, BlockingIo& io, Drainer drainer = Drainer::kAcceptor);

  /// Has `start` call a job that serves the client. `start` takes the job and returns true, or leaves it and
  /// returns false. False, with the client untouched, when it is not served. Thread-safe if `start` is.
  bool take(Accepted& client, const std::function<bool(ClientJob& job)>& start);
  /// Serves a client to its end, where it is counted elsewhere. Blocks. Called on many threads at once.
  void serve(Accepted&& client);

  void begin_drain() override;
  Drain& drain() override { return drain_; }
  void obey(Drain::Step step) override;
  void client_came() override;
  void drain_meanwhile() override;
  /// No client comes any more: drains, and waits until no client is left.
  void wait_until_empty();

 private:
  friend class ClientJob;

  Server& server_;
  BlockingIo& io_;
  const Drainer drainer_;
  ClientRegistry registry_;
  Drain drain_;
};

}  // namespace majuscule
