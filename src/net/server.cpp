// SPDX-License-Identifier: MIT
#include "net/server.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <new>
#include <thread>

#include <uv.h>

#include "core/http_connection.hpp"
#include "core/raw_connection.hpp"
#include "net/clock.hpp"
#include "net/resources.hpp"

namespace majuscule {
namespace {

// Descriptors that are not clients: standard streams, listeners, loop, log, and the refused ones being held.
constexpr std::size_t kReservedDescriptors = 128;

std::size_t connections_allowed(const Options& options, spdlog::logger& log) {
  const std::size_t descriptors = raise_descriptor_limit();
  const std::size_t possible = descriptors > 2 * kReservedDescriptors
                                   ? descriptors - kReservedDescriptors
                                   : std::max<std::size_t>(descriptors / 2, 1);
  const std::size_t asked = options.max_connections.value_or(possible);
  if (asked > possible) {
    log.warn("--max-connections={} is more than the limit of {} descriptors can serve; see ulimit -n", asked,
             descriptors);
  }
  reserve_descriptors(std::min(asked + kReservedDescriptors, descriptors - 1));
  return asked;
}

}  // namespace

Server::Server(const Options& options, const Mode& mode, const ServiceFactory& make_service)
    : options_(options),
      mode_(mode),
      log_(make_logger(mode.sharing, options.log_level)),
      listeners_(manager_.take_listeners()),
      stop_(options.drain_timeout),
      max_connections_(connections_allowed(options, *log_)) {
  if (!options.access_log.empty()) access_log_ = make_access_log(mode.sharing, options.access_log, log_);
  const Sharing sharing = sharing_of(mode, options.workers);
  const Guard guard = options.guard.value_or(allowed_guards(sharing).front());
  ledger_ = make_ledger(guard, sharing, options.workers);
  service_ = make_service(options_, {.mode = std::string(mode.name),
                                     .guard = std::string(to_string(guard)),
                                     .guard_note = std::string(note_on(guard, sharing)),
                                     .libuv_version = ::uv_version_string(),
                                     .pid = ::getpid(),
                                     .started = monotonic_now(),
                                     .ledger = *ledger_,
                                     .resources = [this] { return meter_.read(); }});
  if (!listeners_.empty()) {
    log_->info("the service manager listens: --host, --port, --raw-port and --backlog have no effect");
    return;
  }
  listeners_.emplace_back(Protocol::kHttp, options.host, options.port, options.backlog);
  if (options.raw_port)
    listeners_.emplace_back(Protocol::kRaw, options.host, *options.raw_port, options.backlog);
}

std::size_t Server::pool_size() const {
  return options_.threads.value_or(std::max(std::thread::hardware_concurrency(), 1U));
}

void Server::announce_ready() const {
  std::string urls;
  for (const Listener& listener : listeners_) {
    std::printf("listening on %s (mode %s)\n", listener.url().c_str(), std::string(mode_.name).c_str());
    urls += " " + listener.url();
  }
  std::fflush(stdout);
  notify("READY=1\nSTATUS=listening on" + urls + " (mode " + std::string(mode_.name) + ")");
}

void Server::announce_drain(std::size_t clients) const try {
  log_->info("draining: {} clients are connected", clients);
  // Whatever the unit says, it is not to be killed before --drain-timeout.
  const auto patience = options_.drain_timeout + 2 * StopSignal::kPatience;
  notify("STOPPING=1\nSTATUS=draining: " + std::to_string(clients) + " clients are connected\n" +
         "EXTEND_TIMEOUT_USEC=" +
         std::to_string(std::chrono::ceil<std::chrono::microseconds>(patience).count()));
} catch (const std::bad_alloc&) {
  // A drain without words.
}

void Server::notify(const std::string& state) const {
  if (const std::error_code error = manager_.notify(state)) {
    log_->warn("the service manager at NOTIFY_SOCKET cannot be told: {}", error.message());
  }
}

std::unique_ptr<Connection> make_connection(Protocol protocol, ConnectionContext& context, const Instant& now,
                                            int fd) {
  std::string peer;
  if (context.access_log) peer = peer_address(fd);
  if (protocol == Protocol::kRaw) return std::make_unique<RawConnection>(context, now, std::move(peer));
  return std::make_unique<HttpConnection>(context, now, std::move(peer));
}

}  // namespace majuscule
