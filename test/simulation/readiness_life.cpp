// SPDX-License-Identifier: MIT
#include <algorithm>

#include "event/loop_serving.hpp"
#include "simulation/heap.hpp"
#include "simulation/lives.hpp"
#include "simulation/simulated_poller.hpp"

namespace majuscule::simulation {
namespace {

using namespace std::chrono_literals;

/// The event loop of a mode, as the driver sees it.
class Loop {
 public:
  explicit Loop(World& world)
      : world_(world),
        kernel_(world.kernel()),
        poller_(world),
        driver_(world.server(), poller_, world.server().listeners(), serving_) {}

  bool drained() const { return driver_.drained(); }

  /// Returns when it wakes at the latest.
  Time next() const {
    const bool has_client =
        poller_.accepting() && std::ranges::any_of(world_.server().listeners(),
                                                   [this](const Listener& one) { return has_waiting(one); });
    if (poller_.has_ready() || has_client) return kernel_.now() + 1ms;
    return poller_.due();
  }

  void turn() {
    const AllocatesAs as_server(Owner::kServer);
    driver_.wake_up();
    const Time woke = kernel_.now();
    tell_sessions();
    if (poller_.accepting() && !draining_) {
      for (Listener& listener : world_.server().listeners()) {
        if (has_waiting(listener) || kernel_.chance(1)) driver_.accept(listener);
      }
    }
    if (!draining_ && world_.server().stop().requested()) {
      draining_ = true;
      world_.begin_drain();
      driver_.drain();
    }
    if (poller_.due() <= kernel_.now()) {
      driver_.wake_up();
      poller_.take_due();
      driver_.expire();
    }
    const AllocatesAs as_world(Owner::kWorld);
    if (driver_.open() != world_.totals().serving)
      world_.fail("the driver counts other clients than there are");
    world_.check(woke);
  }

 private:
  bool has_waiting(const Listener& one) const { return kernel_.first_waiting(one.fd()) != nullptr; }

  void tell_sessions() {
    std::vector<int> ready;
    {
      const AllocatesAs as_world(Owner::kWorld);
      ready = poller_.ready();
    }
    for (const int fd : ready) {  // a new client may have the descriptor of an earlier one: a false alarm
      Session* const session = poller_.find(fd);
      if (session == nullptr) continue;
      const Socket* const socket = kernel_.find(fd);
      if (socket->client_reset && kernel_.chance(300)) {
        driver_.broken(*session);
      } else {
        driver_.ready(*session);
      }
    }
  }

  World& world_;
  Kernel& kernel_;
  LoopServing serving_;
  SimulatedPoller poller_;
  ReadinessDriver driver_;
  bool draining_ = false;
};

}  // namespace

Outcome live_with_readiness(std::uint64_t seed, const Setting& setting) {
  World world(seed, setting, "epoll");
  Kernel& kernel = world.kernel();
  {
    const AllocatesAs as_server(Owner::kServer);
    Loop loop(world);
    const AllocatesAs as_world(Owner::kWorld);
    while (!loop.drained() && !world.has_fault()) {
      Time next = std::min(world.next(), loop.next());
      if (setting.faults && kernel.chance(20)) next += kernel.pick(Duration(5ms));  // the loop wakes late
      kernel.advance_to(std::min(next, kernel.now() + 1h));
      world.act();
      loop.turn();
    }
  }
  return world.end();
}

}  // namespace majuscule::simulation
