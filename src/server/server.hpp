// SPDX-License-Identifier: MIT
// What a model works with: listeners, limits, the service, the shared state, the stop signal. It does not
// depend on a way of waiting. Everything is created before the model runs and outlives it. Parts that
// processes cannot share are created here, in each worker; the rest is in ServerContext.
#pragma once

#include <cassert>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/log_throttle.hpp"
#include "http/connection.hpp"
#include "majuscule/mode.hpp"
#include "majuscule/serve.hpp"
#include "server/listener.hpp"
#include "server/server_context.hpp"
#include "server/stop_signal.hpp"

namespace majuscule {

class Server;

/// The right to serve one client, counted in --max-connections. The destructor gives it back. Thread-safe.
class ConnectionPermit {
 public:
  ConnectionPermit() = default;
  explicit ConnectionPermit(const Server* server) : server_(server) {}
  ConnectionPermit(ConnectionPermit&& other) noexcept : server_(std::exchange(other.server_, nullptr)) {}
  ConnectionPermit& operator=(ConnectionPermit&& other) noexcept {
    reset();
    server_ = std::exchange(other.server_, nullptr);
    return *this;
  }
  ~ConnectionPermit() { reset(); }

  explicit operator bool() const { return server_ != nullptr; }
  void reset();

 private:
  friend class ConnectionPermits;
  const Server* server_ = nullptr;
};

/// Any number of permits of one server, for a driver that keeps no permit for each client. Not thread-safe.
class ConnectionPermits {
 public:
  ConnectionPermits() = default;
  ConnectionPermits(const ConnectionPermits&) = delete;
  ConnectionPermits& operator=(const ConnectionPermits&) = delete;
  ~ConnectionPermits() { assert(count_ == 0); }

  std::size_t count() const { return count_; }
  void add(ConnectionPermit permit) {
    assert(permit && (server_ == nullptr || server_ == permit.server_));
    server_ = std::exchange(permit.server_, nullptr);
    ++count_;
  }
  void give_back_one() {
    assert(count_ > 0);
    --count_;
    ConnectionPermit(server_).reset();
  }

 private:
  const Server* server_ = nullptr;
  std::size_t count_ = 0;
};

class Server {
 public:
  /// `ready` is called by announce_ready(). `worker` counts from 0 and is 0 without workers. Throws what
  /// StopSignal throws.
  Server(ServerContext& context, const ServiceFactory& make_service, std::function<void()> ready,
         unsigned worker);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const Options& options() const { return context_.options; }
  const Mode& mode() const { return context_.mode; }
  /// Calls the service. A failure in it concerns one client: an exception, or a status that is not final,
  /// becomes a 500 that closes the connection (raw: a close), and is logged at most once a second. Throws
  /// std::bad_alloc only. Thread-safe.
  Outcome handle(Request& request, const Instant& now) const;
  GuardedCounters& counters() const { return *context_.counters; }
  ResourceMeter& meter() const { return context_.meter; }
  StopSignal& stop() { return *stop_; }
  spdlog::logger& log() const { return *context_.log; }
  /// Null: there is none.
  AccessLog* access_log() const { return context_.access_log.get(); }
  /// Returns whether this process may have children that it did not fork.
  bool has_children_of_others() const { return !is_worker_ && context_.has_children_of_others; }
  /// Reports a child that the mode reaped and did not fork.
  void reaped(pid_t pid) const {
    if (context_.access_log) context_.access_log->reaped(pid);
  }
  std::vector<Listener>& listeners() { return listeners_; }
  /// Returns how many clients may be connected to all workers at once.
  std::size_t max_connections() const { return context_.connections.most(); }
  /// Returns a permit to serve one more client; an empty one when --max-connections is reached. Thread-safe.
  ConnectionPermit take_permit() {
    return ConnectionPermit(context_.connections.take(worker_) ? this : nullptr);
  }
  /// Returns the number of threads of a pool: --threads, or usable_cpus().
  std::size_t pool_size() const;
  /// Returns the order of the mode's queue: --queue, or the mode's default. Only for modes that have a queue.
  QueueOrder queue_order() const {
    assert(!mode().queues.empty());
    return options().queue.value_or(mode().queues.front());
  }

  /// Returns how long a drain may take. A child gets a little more, so that its parent acts first.
  Duration drain_timeout() const {
    return options().drain_timeout + (is_child_ ? 2 * StopSignal::kInterruptInterval : Duration{});
  }

  /// Announces that the server is ready. The model calls it once, when it can serve.
  void announce_ready() const { ready_(); }
  /// Announces the drain. The model calls it with the number of its clients.
  void announce_drain(std::size_t clients) const;
  /// Logs how many connections the drain timeout has closed.
  void announce_abort(std::size_t clients) const;

  /// Makes this the server of a process that `parent` has forked for one client: no listeners, a stop signal
  /// from the parent only, and no announcements. Throws std::system_error.
  void become_child(pid_t parent);

  /// Returns what the connections of one loop or one thread share; `pool` belongs to that loop or thread.
  ConnectionContext context(RequestContextPool& pool) const {
    return {options().limits, counters(), access_log(), pool};
  }

 private:
  friend class ConnectionPermit;
  void give_back_permit() const;
  Outcome failed(const Request& request, const Instant& now, std::string_view reason) const;

  ServerContext& context_;
  const std::function<void()> ready_;
  const unsigned worker_;
  const bool is_worker_;  // a master makes the announcements
  std::vector<Listener> listeners_;
  std::optional<StopSignal> stop_;
  bool is_child_ = false;
  std::unique_ptr<Service> service_;
  mutable SharedLogThrottle failure_throttle_;  // thread-safe
};

inline void ConnectionPermit::reset() {
  if (server_ != nullptr) std::exchange(server_, nullptr)->give_back_permit();
}

/// Returns a connection for a client just accepted, in the protocol of its listener.
std::unique_ptr<Connection> make_connection(const Accepted& client, ConnectionContext& context,
                                            const Instant& now);

}  // namespace majuscule
