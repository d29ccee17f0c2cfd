// SPDX-License-Identifier: MIT
// What is laid before the server runs, once, by the process that was started: the listeners, and the memory
// that counts. The workers that it forks stand on it too; without workers it serves itself. No loop, thread,
// timer or ring may be in here: none of them crosses a fork.
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
  /// Takes the listeners over from a service manager, else opens them; opens the access log. Throws what
  /// Listener, ServiceManager and LogWriter throw, and std::runtime_error when the options cannot go with
  /// what was passed.
  ServerContext(const Options& options, const Mode& mode);
  ~ServerContext() { end_access_log(); }
  ServerContext(const ServerContext&) = delete;
  ServerContext& operator=(const ServerContext&) = delete;

  /// Prints where it listens, and tells the service manager.
  void announce_ready() const;
  /// Logs that it drains, and tells the service manager.
  void announce_drain(std::size_t clients) const;
  /// The lines that no log has. Thread-safe.
  LogLosses log_losses() const;
  /// Waits until the access log is written, LogWriter::kPatience at most. The server has ended.
  void end_access_log();
  /// Those of a worker, counted from 0.
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
  const pid_t pid;                    ///< of the process that was started
  const bool has_children_of_others;  ///< that process: they are to be reaped too
  const Time started;
  /// Sets of them: one that all workers share, or one for each (--reuseport). Each process has its own copy.
  std::vector<std::vector<Listener>> listeners;
  const std::vector<std::string> urls;  ///< where it listens
  ConnectionLimit connections;
  const std::unique_ptr<GuardedCounters> counters;
  ResourceMeter meter;
  std::unique_ptr<LogWriter> access_log;  ///< null: none

 private:
  void notify(const std::string& state) const;
};

}  // namespace majuscule
