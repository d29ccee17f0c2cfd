// SPDX-License-Identifier: MIT
// Serves one client to its end on the calling thread, and waits there for its bytes, its socket and its
// tasks, through BlockingIo. Shared by the modes that wait for one client at a time.
//
// It keeps a list of the clients being served, so that a drain can wake those that wait for a request. If the
// serving thread is the only one, it drains too: the stop signal interrupts its waits again and again, and
// between two waits it does the steps of the drain that are due.
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

/// A client with a permit, to be served on the thread that calls this job. If it is never called, the client
/// is closed.
class ClientJob {
 public:
  /// An empty job.
  ClientJob() = default;
  ClientJob(BlockingClients& clients, Accepted client, ConnectionPermit permit)
      : clients_(&clients), client_(std::move(client)), permit_(std::move(permit)) {}

  /// Serves the client to its end. To be called once.
  void operator()();
  /// Gives the client back unserved.
  Accepted take_client() && {
    assert(client_.fd);
    return std::move(client_);
  }

 private:
  BlockingClients* clients_ = nullptr;
  Accepted client_;
  ConnectionPermit permit_;
};

/// The thread that drains.
enum class Drainer : std::uint8_t {
  kAcceptor,       ///< another thread than those that serve
  kServingThread,  ///< the serving thread, between two waits
};

class BlockingClients final : public DrainedClients {
 public:
  /// Drainer::kServingThread requires waits that are system calls, on the main thread.
  BlockingClients(Server& server, BlockingIo& io, Drainer drainer = Drainer::kAcceptor);

  /// Lets `start` run a job that serves the client. `start` takes the job and returns true, or leaves it and
  /// returns false. Returns false and leaves the client untouched when it is not served. Thread-safe if
  /// `start` is.
  bool take(Accepted& client, const std::function<bool(ClientJob& job)>& start);
  /// Serves a client that is counted elsewhere to its end. Blocks. Many threads may call it at once.
  void serve(Accepted&& client);

  void begin_drain() override;
  Drain& drain() override { return drain_; }
  void obey(Drain::Step step) override;
  void client_came() override;
  void drain_meanwhile() override;
  /// To be called when no client follows. Drains, and waits until no client is left.
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
