// SPDX-License-Identifier: MIT
#include "server/server_context.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <stdexcept>

#include <fmt/core.h>

#include "base/descriptors.hpp"
#include "base/inherited.hpp"
#include "base/line_output.hpp"
#include "base/monotonic.hpp"
#include "server/listeners.hpp"
#include "server/stop_signal.hpp"

namespace majuscule {
namespace {

using Listeners = std::vector<Listener>;

std::vector<Listeners> make_listeners(const Options& o, const Mode& mode, const ServiceManager& manager,
                                      spdlog::logger& log) {
  std::vector<Listeners> sets;
  if (Listeners passed = manager.take_listeners(); !passed.empty()) {
    if (o.reuseport) {
      throw std::runtime_error("--reuseport: the service manager passed the one listener there is; " +
                               std::string(mode.one_process_a_listener ? "use --workers=1" : "omit it"));
    }
    log.info("the service manager listens: --host, --port, --raw-port and --backlog have no effect");
    sets.push_back(std::move(passed));
    return sets;
  }
  sets.resize(o.reuseport ? o.workers : 1);
  const auto skipped = [&](const SocketAddress& address, std::error_code reason) {
    log.warn("--host={}: not listening on {}: {}", o.host, address.text(), reason.message());
  };
  const auto open = [&](Protocol protocol, std::uint16_t port) {
    Listeners& first = sets.front();
    for (Listener& listener : listen_on(protocol, resolve(o.host, port), o.backlog, skipped)) {
      first.push_back(std::move(listener));
      for (Listeners& set : sets) {
        if (&set != &first) set.push_back(first.back().twin(o.backlog));
      }
    }
  };
  open(Protocol::kHttp, o.port);
  if (o.raw_port) open(Protocol::kRaw, *o.raw_port);
  return sets;
}

std::vector<std::string> urls_of(const Listeners& listeners) {
  std::vector<std::string> urls;
  for (const Listener& listener : listeners) urls.push_back(listener.url());
  return urls;
}

std::size_t connections_allowed(const Options& options, spdlog::logger& log) {
  const std::size_t descriptors = raise_descriptor_limit();
  const std::size_t each = descriptors > 2 * kReservedDescriptors ? descriptors - kReservedDescriptors
                                                                  : std::max<std::size_t>(descriptors / 2, 1);
  const std::size_t possible = each * options.workers;
  const std::size_t asked = options.max_connections.value_or(possible);
  if (asked > possible) {
    log.warn("--max-connections={} is more than the limit of {} descriptors{} can serve; see ulimit -n",
             asked, descriptors, options.workers > 1 ? " for each worker" : "");
  }
  return asked;
}

// How many processes there may be besides this one. The resources of further children count when they end.
std::size_t other_processes(const Options& options, const Mode& mode, std::size_t max_connections) {
  constexpr std::size_t kMostChildren = 1024;
  const std::size_t workers = options.workers > 1 ? options.workers : 0;
  const std::size_t writer = options.access_log.empty() ? 0 : 1;
  return workers + writer +
         (mode.sharing == Sharing::kProcesses ? std::min(max_connections, kMostChildren) : 0);
}

}  // namespace

ServerContext::ServerContext(const Options& o, const Mode& m)
    : options(o),
      mode(m),
      sharing(sharing_of(m, o.workers)),
      guard(o.guard.value_or(allowed_guards(sharing).front())),
      messages(m.sharing, o.log_level),
      log(messages.logger()),
      pid(::getpid()),
      has_children_of_others(majuscule::has_children_of_others()),
      started(monotonic_now()),
      listeners(make_listeners(o, m, manager, *log)),
      urls(urls_of(listeners.front())),
      connections(connections_allowed(o, *log), o.workers),
      counters(make_counters(guard, sharing, o.workers)),
      meter(other_processes(o, m, connections.most())),
      access_log(o.access_log.empty() ? nullptr : std::make_unique<LogWriter>(o.access_log, log, meter)) {
  if (access_log && access_log->shares_standard_error()) messages.write_through(access_log.get());
}

void ServerContext::end_access_log() {
  messages.write_through(nullptr);
  access_log.reset();
}

LogLosses ServerContext::log_losses() const {
  return {access_log != nullptr, access_log ? access_log->lost_lines() : 0, messages.lost_messages()};
}

void ServerContext::announce_ready() const {
  std::string all;
  LineOutput output(STDOUT_FILENO);
  for (const std::string& url : urls) {
    if (!output.write(fmt::format("listening on {} (mode {})\n", url, mode.name)) && errno != EBADF) {
      log->warn("listening on {} (mode {}), which could not be written to standard output: {}", url,
                mode.name, std::system_category().message(errno));
    }
    all += " " + url;
  }
  notify("READY=1\nSTATUS=listening on" + all + " (mode " + std::string(mode.name) + ")");
}

void ServerContext::announce_drain(std::size_t clients) const try {
  log->info("draining: {} clients are connected", clients);
  // Asks the manager not to kill the server before --drain-timeout, whatever the unit says.
  const auto grace_period = options.drain_timeout + 2 * StopSignal::kGracePeriod;
  notify("STOPPING=1\nSTATUS=draining: " + std::to_string(clients) + " clients are connected\n" +
         "EXTEND_TIMEOUT_USEC=" +
         std::to_string(std::chrono::ceil<std::chrono::microseconds>(grace_period).count()));
} catch (const std::bad_alloc&) {
  // Stop without log messages.
}

void ServerContext::notify(const std::string& state) const {
  if (const std::error_code error = manager.notify(state)) {
    log->warn("cannot notify the service manager at NOTIFY_SOCKET: {}", error.message());
  }
}

}  // namespace majuscule
