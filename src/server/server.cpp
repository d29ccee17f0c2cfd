// SPDX-License-Identifier: MIT
#include "server/server.hpp"

#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <exception>
#include <new>

#include <uv.h>

#include "base/descriptors.hpp"
#include "http/http_connection.hpp"
#include "http/raw_connection.hpp"
#include "server/cpu_quota.hpp"

namespace majuscule {

Server::Server(ServerContext& context, const ServiceFactory& make_service, std::function<void()> ready,
               unsigned worker)
    : context_(context),
      ready_(std::move(ready)),
      worker_(worker),
      is_worker_(::getpid() != context.pid),
      listeners_(std::move(context.listeners_of(worker))),
      stop_(std::in_place, context.options.drain_timeout, is_worker_ ? context.pid : 0) {
  assert(worker < options().workers && !listeners_.empty());
  context.listeners.clear();  // the listeners of other workers
  context.counters->set_worker(worker);
  reserve_descriptors(std::min(max_connections() + kReservedDescriptors, raise_descriptor_limit() - 1));
  service_ = make_service(options(), {.mode = std::string(mode().name),
                                      .guard = std::string(to_string(context.guard)),
                                      .guard_note = std::string(note_on(context.guard, context.sharing)),
                                      .workers = options().workers,
                                      .libuv_version = ::uv_version_string(),
                                      .pid = context.pid,
                                      .started = context.started,
                                      .counters = counters(),
                                      .resources = [this] { return meter().read(); },
                                      .log_losses = [this] { return context_.log_losses(); }});
}

std::size_t Server::pool_size() const { return options().threads.value_or(usable_cpus()); }

void Server::give_back_permit() const {
  context_.connections.give_back(worker_);
  // Threads may end, and other workers cannot read the figures of ended threads.
  if (is_worker_) context_.meter.publish();
}

void Server::announce_drain(std::size_t clients) const {
  if (!is_worker_ && !is_child_) context_.announce_drain(clients);
}

void Server::become_child(pid_t parent) {
  assert(!is_child_ && parent != ::getpid());
  constexpr Duration kForever = std::chrono::hours(24 * 365);
  listeners_.clear();
  stop_.emplace(kForever, parent);  // only the parent decides when it ends
  is_child_ = true;
}

void Server::announce_abort(std::size_t clients) const {
  if (!is_child_) log().warn("drain timeout: closed {} connection{}", clients, clients == 1 ? "" : "s");
}

Outcome Server::handle(Request& request, const Instant& now) const try {
  Outcome outcome = service_->handle(request, now);
  const unsigned status = outcome.reply.status;
  if (status >= 200 && status <= 999) return outcome;
  return failed(request, now, "it returned status " + std::to_string(status));
} catch (const std::bad_alloc&) {
  throw;
} catch (const std::exception& e) {
  return failed(request, now, e.what());
} catch (...) {
  return failed(request, now, "it threw something other than a std::exception");
}

Outcome Server::failed(const Request& request, const Instant& now, std::string_view reason) const {
  if (failure_throttle_.admit(now.time)) {
    constexpr std::size_t kLongest = 300;
    std::string line(reason.substr(0, kLongest));  // it may quote the client's input
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    log().error("the service failed, answering 500: {}", line);
  }
  return {failure_reply(request), {}};
}

std::unique_ptr<Connection> make_connection(const Accepted& client, ConnectionContext& context,
                                            const Instant& now) {
  std::string peer;
  if (context.access_log) peer = client.peer.host();
  if (client.protocol == Protocol::kRaw) {
    return std::make_unique<RawConnection>(context, now, std::move(peer));
  }
  return std::make_unique<HttpConnection>(context, now, std::move(peer));
}

}  // namespace majuscule
