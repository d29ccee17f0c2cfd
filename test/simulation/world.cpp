// SPDX-License-Identifier: MIT
#include "simulation/world.hpp"

#include <algorithm>

#include "app/capitalize_service.hpp"
#include "server/drain.hpp"
#include "simulation/heap.hpp"

namespace majuscule::simulation {
namespace {

using namespace std::chrono_literals;

// The tasks of all clients may block, one after the other.
constexpr Duration kDrainLateness = 1s;

Options options_of(Kernel& kernel, std::string_view mode) {
  const auto between = [&kernel](Duration least, Duration most) { return least + kernel.pick(most - least); };
  Options options;
  options.mode = mode;
  options.port = 0;
  options.raw_port = 0;
  options.log_level = "off";
  options.max_connections = 20 + kernel.pick(20);
  options.drain_timeout = 10s;
  options.limits.max_header = std::size_t{4096} << kernel.pick(2);
  options.limits.max_body = 60 * 1024;
  options.limits.header_timeout = between(2s, 15s);
  options.limits.body_timeout = between(4s, 30s);
  options.limits.idle_timeout = between(4s, 60s);
  options.limits.write_timeout = between(4s, 40s);
  switch (kernel.pick(3)) {
    case 0: options.task = {TaskKind::kSleep, between(1ms, 3s)}; break;
    case 1: options.task = {TaskKind::kBlock, between(1ms, 20ms)}; break;
    case 2: options.task = {TaskKind::kCpu, between(1ms, 3ms)}; break;
    default: break;
  }
  options.task_every = 1 + kernel.pick(5);
  return options;
}

}  // namespace

World::World(std::uint64_t seed, const Setting& setting, std::string_view mode)
    : kernel_(seed), setting_(setting), options_(options_of(kernel_, mode)), begin_(kernel_.now()) {
  heap_before_ = heap_of(Owner::kServer);
  const AllocatesAs as_server(Owner::kServer);
  context_.emplace(options_, *find_mode(mode));
  server_.emplace(
      *context_,
      [](const Options& options, const ServerInfo& around) {
        return std::make_unique<CapitalizeService>(options, around);
      },
      [] {}, 0U);
  const AllocatesAs as_world(Owner::kWorld);
  for (const Listener& listener : server_->listeners()) {
    listeners_.push_back(listener.fd());
    kernel_.listen(listener.fd());
  }
  next_arrival_ = begin_;
  next_shortage_ = setting.faults ? begin_ + kernel_.pick(5min) : kNever;
  if (!setting.faults)
    kernel_.faults = {.interrupted = 0, .send_refused = 0, .partial = 0, .no_memory = 0, .aborted = 0};
}

void World::fail(const std::string& what) {
  if (outcome_.fault.empty()) outcome_.fault = what;
}

int World::listener_for(Kind kind) {
  for (const Listener& listener : server_->listeners()) {
    if ((listener.protocol() == Protocol::kRaw) == (kind == Kind::kRaw)) return listener.fd();
  }
  return -1;
}

void World::connect(Kind kind, Duration later) {
  const int listener = listener_for(kind);
  Client& client = *clients_.emplace_back(std::make_unique<Client>(kernel_, kind, listener, rules_, totals_));
  agenda_.emplace(std::pair(kernel_.now() + later, outcome_.clients++), &client);
}

Time World::next() const {
  Time next = agenda_.empty() ? kNever : agenda_.begin()->first.first;
  if (rules_.stop == kNever) next = std::min({next, next_arrival_, next_shortage_, begin_ + setting_.span});
  if (setting_.script) next = std::min(next, kernel_.now() + 10ms);
  return next;
}

void World::act() {
  const Time now = kernel_.now();
  if (setting_.script) setting_.script(*this);
  if (rules_.stop == kNever) {
    if (next_shortage_ <= now) vary_descriptors();
    if (next_arrival_ <= now) arrive();
    if (now >= begin_ + setting_.span) {
      rules_.stop = now;
      server_->stop().request();
    }
  }
  while (!agenda_.empty() && agenda_.begin()->first.first <= now) {
    auto node = agenda_.extract(agenda_.begin());
    const Time next = node.mapped()->act();
    if (next == kNever) continue;
    node.key().first = next;
    agenda_.insert(std::move(node));
  }
}

void World::begin_drain() {
  rules_.drain_began = kernel_.now();
  rules_.grace_end = kernel_.now() + Drain::kFreshGrace;
}

void World::arrive() {
  next_arrival_ = kernel_.now() + kernel_.pick(Duration(1500ms));
  if (setting_.script || clients_.size() >= setting_.most_clients) return;
  for (std::uint64_t i = kernel_.chance(20) ? kernel_.pick(15) : 0; i > 0; --i)
    connect(Kind::kPolite, 10ms);  // a burst
  const auto kind = static_cast<Kind>(kernel_.pick(kKinds - 1));
  connect(kind, kernel_.chance(300) ? Duration::zero() : kernel_.pick(Duration(50ms)));
}

// For some time there are hardly more descriptors than in use.
void World::vary_descriptors() {
  const bool scarce = kernel_.descriptor_limit > 1000;
  kernel_.descriptor_limit = scarce ? kernel_.open() + kernel_.pick(3) : 1'000'000;
  next_shortage_ = kernel_.now() + kernel_.pick(Duration(scarce ? 10s : 5min));
}

void World::check(Time woke) {
  for (const auto& client : clients_) {
    Oracle& oracle = client->oracle();
    oracle.check(woke);
    if (!oracle.fault().empty())
      fail(std::string(to_string(client->kind())) + " client: the server " + oracle.fault());
  }
  if (!kernel_.violation().empty()) fail("the server " + kernel_.violation());
  const CounterValues counters = server_->counters().read();
  const std::uint64_t counted = counters.accepted - counters.closed;
  if (counted > totals_.serving || counted + rules_.not_begun < totals_.serving) {
    fail("counts " + std::to_string(counted) + " open connections, there are " +
         std::to_string(totals_.serving));
  }
  if (totals_.serving > *options_.max_connections) fail("serves more clients than --max-connections");
  if (!drained_ && kernel_.now() > rules_.abort() && kernel_.now() - rules_.abort() > kDrainLateness)
    fail("the drain does not end");
  check_backlogs(woke);
  check_memory();
  forget_finished();
}

// While the server can accept, no client waits for long.
void World::check_backlogs(Time woke) {
  if (rules_.stop != kNever || rules_.grace_from_connect || kernel_.accept_failure != 0) return;
  if (kernel_.open() >= kernel_.descriptor_limit) return;
  for (const int listener : listeners_) {
    const Socket* const first = kernel_.first_waiting(listener);
    if (first == nullptr) continue;
    const Time since = std::max(first->connected_at, kernel_.last_accept_failure());
    if (woke > since + 60ms + rules_.slack) fail("leaves a client in the backlog");
  }
}

// What the server holds besides its connections is kept for later ones.
void World::check_memory() {
  constexpr std::size_t kForServer = 512 * 1024;
  constexpr std::size_t kForSession = 4 * 1024;
  constexpr std::size_t kKept = 40 * 1024;
  most_serving_ = std::max<std::size_t>(most_serving_, totals_.serving);
  const auto held = static_cast<std::size_t>(heap_of(Owner::kServer) - heap_before_);
  const std::size_t most = kForServer + most_serving_ * kKept +
                           totals_.serving * (Connection::memory_bound(options_.limits) + kForSession);
  if (held > most) fail("holds " + std::to_string(held) + " bytes of memory");
}

void World::forget_finished() {
  std::erase_if(clients_, [](const auto& client) { return client->finished(); });
}

Outcome World::outcome() const {
  Outcome outcome = outcome_;
  outcome.requests = totals_.requests;
  outcome.lived = kernel_.now() - begin_;
  return outcome;
}

Outcome World::end() {
  drained_ = true;
  const Time give_up = kernel_.now() + 1h;
  while (!clients_.empty() && !has_fault() && kernel_.now() < give_up) {
    kernel_.advance_to(next());
    act();
    check(kernel_.now());
  }
  if (!has_fault()) check_accounts();
  outcome_ = outcome();
  clients_.clear();
  const AllocatesAs as_server(Owner::kServer);
  server_.reset();
  context_.reset();
  const AllocatesAs as_world(Owner::kWorld);
  if (heap_of(Owner::kServer) != heap_before_) {
    fail("leaks " + std::to_string(heap_of(Owner::kServer) - heap_before_) + " bytes of memory");
  }
  return outcome_;
}

}  // namespace majuscule::simulation
