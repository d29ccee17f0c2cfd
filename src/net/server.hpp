// SPDX-License-Identifier: MIT
// What a model is given to work with: listeners, limits, the service, the shared state, the stop signal. It
// knows no way of waiting. Everything is created before the model runs and outlives it.
#pragma once

#include <memory>
#include <vector>

#include "core/connection.hpp"
#include "majuscule/mode.hpp"
#include "majuscule/serve.hpp"
#include "net/guarded_ledger.hpp"
#include "net/listener.hpp"
#include "net/logging.hpp"
#include "net/resources.hpp"
#include "net/service_manager.hpp"
#include "net/stop_signal.hpp"

namespace majuscule {

class Server {
 public:
  /// Opens the log and the access log, and the listeners unless a service manager passes them. Throws what
  /// Listener, ServiceManager and make_access_log throw.
  Server(const Options& options, const Mode& mode, const ServiceFactory& make_service);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const Options& options() const { return options_; }
  const Mode& mode() const { return mode_; }
  Service& service() const { return *service_; }
  GuardedLedger& ledger() const { return *ledger_; }
  StopSignal& stop() { return stop_; }
  spdlog::logger& log() const { return *log_; }
  std::vector<Listener>& listeners() { return listeners_; }
  /// How many clients may be connected at once.
  std::size_t max_connections() const { return max_connections_; }
  /// How many threads a mode's pool has: --threads, or one for each core.
  std::size_t pool_size() const;
  /// The order of a mode's queue: --queue, or the mode's first. Only for modes that have one.
  QueueOrder queue_order() const { return options_.queue.value_or(mode_.queues.front()); }

  /// Prints where it listens, and tells the service manager. To be called before the model runs.
  void announce_ready() const;
  /// Logs that it drains, and tells the service manager. To be called by the model, with the number of its
  /// clients.
  void announce_drain(std::size_t clients) const;

  /// What the connections of one loop or one thread share; `pool` belongs to that loop or thread.
  ConnectionContext context(ExchangePool& pool) const {
    return {options_.limits, *ledger_, access_log_.get(), pool};
  }

 private:
  void notify(const std::string& state) const;

  const Options options_;
  const Mode& mode_;
  std::shared_ptr<spdlog::logger> log_;
  const ServiceManager manager_;
  std::vector<Listener> listeners_;
  StopSignal stop_;
  std::unique_ptr<AccessLog> access_log_;
  const ResourceMeter meter_;
  std::unique_ptr<GuardedLedger> ledger_;
  std::unique_ptr<Service> service_;
  std::size_t max_connections_;
};

/// A conversation in the protocol of its listener, with a client just accepted.
std::unique_ptr<Connection> make_connection(Protocol protocol, ConnectionContext& context, const Instant& now,
                                            int fd);

}  // namespace majuscule
