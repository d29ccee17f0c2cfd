// SPDX-License-Identifier: MIT
// What is created once, before the server runs, by the process that the user started: the listeners and the
// shared memory. Forked workers use it too; without workers this process serves. It must not hold a loop,
// thread, timer or io_uring, since none of them survives a fork.
#pragma once

#include <sys/types.h>

#include <cassert>
#include <memory>
#include <vector>

#include <spdlog/logger.h>

#include "majuscule/mode.hpp"
#include "majuscule/serve.hpp"
#include "server/connection_limit.hpp"
#include "server/guarded_counters.hpp"
#include "server/listener.hpp"
#include "server/log_writer.hpp"
#include "server/logging.hpp"
#include "server/resource_meter.hpp"
#include "server/service_manager.hpp"

namespace majuscule {

struct ServerContext {
  /// Takes the listeners from the service manager, or opens them; opens the access log. Throws what Listener,
  /// ServiceManager and LogWriter throw, and std::runtime_error when the options do not fit the passed
  /// sockets.
  ServerContext(const Options& options, const Mode& mode);
  ~ServerContext() { end_access_log(); }
  ServerContext(const ServerContext&) = delete;
  ServerContext& operator=(const ServerContext&) = delete;

  /// Prints the listening addresses and notifies the service manager.
  void announce_ready() const;
  /// Logs the drain and notifies the service manager.
  void announce_drain(std::size_t clients) const;
  /// Returns how many lines were lost for the logs. Thread-safe.
  LogLosses log_losses() const;
  /// Waits until the access log is written, at most LogWriter::kGracePeriod. The server has ended.
  void end_access_log();
  /// Returns the listeners of a worker, counted from 0.
  std::vector<Listener>& listeners_of(unsigned worker) {
    assert(!listeners.empty());
    return listeners[worker % listeners.size()];
  }

  const Options options;
  const Mode& mode;
  const Sharing sharing;
  const Guard guard;
  Log messages;
  const std::shared_ptr<spdlog::logger> log;
  const ServiceManager manager;
  const pid_t pid;                    ///< of the process that the user started
  const bool has_children_of_others;  ///< in that process: it must reap them too
  const Time started;
  /// One set of listeners that all workers share, or a set for each (--reuseport). Each process has its own
  /// copy.
  std::vector<std::vector<Listener>> listeners;
  const std::vector<std::string> urls;  ///< the listening addresses
  ConnectionLimit connections;
  const std::unique_ptr<GuardedCounters> counters;
  ResourceMeter meter;
  std::unique_ptr<LogWriter> access_log;  ///< null: no access log

 private:
  void notify(const std::string& state) const;
};

}  // namespace majuscule
