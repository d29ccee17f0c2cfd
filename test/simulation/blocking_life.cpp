// SPDX-License-Identifier: MIT
#include <algorithm>

#include "blocking/acceptor.hpp"
#include "blocking/blocking_driver.hpp"
#include "simulation/lives.hpp"
#include "simulation/virtual_threads.hpp"

namespace majuscule::simulation {
namespace {

using namespace std::chrono_literals;

// As src/modes/threads.cpp, with threads in virtual time.
void run_threads(Server& server, VirtualThreads& threads) {
  BlockingClients clients(server, threads);
  Acceptor acceptor(server, threads, [&](Accepted& client) {
    return clients.take(client, [&](ClientJob& job) { return threads.start_thread(job); });
  });
  acceptor.run(clients);
  clients.wait_until_empty();
}

// As src/modes/sequential.cpp.
void run_sequential(Server& server, VirtualThreads& threads) {
  BlockingClients clients(server, threads, Drainer::kServingThread);
  Acceptor acceptor(server, threads, [&](Accepted& client) {
    return clients.take(client, [](ClientJob& job) {
      job();
      return true;
    });
  });
  acceptor.run(clients);
  clients.wait_until_empty();
}

}  // namespace

Outcome live_with_blocking(std::uint64_t seed, const Setting& setting) {
  const bool sequential = seed % 4 == 3;
  auto world = std::make_unique<World>(seed, setting, sequential ? "sequential" : "threads");
  Kernel& kernel = world->kernel();
  // The acceptor may be late, then the client's thread; the only thread may also have a task.
  world->rules().slack = 3 * VirtualThreads::kLatest + (sequential ? 20ms : 0ms);
  world->rules().grace_from_connect = sequential;
  auto threads = std::make_unique<VirtualThreads>(*world);
  threads->start([&] {
    sequential ? run_sequential(world->server(), *threads) : run_threads(world->server(), *threads);
  });
  while (!threads->finished() && !world->has_fault()) {
    kernel.advance_to(std::min({world->next(), threads->next(), kernel.now() + 1h}));
    world->act();
    if (world->rules().stop == kernel.now()) world->begin_drain();
    threads->run();
    world->rules().not_begun = threads->not_begun();
    world->check(kernel.now());
  }
  if (!world->has_fault()) {
    threads.reset();
    return world->end();
  }
  // The objects on the threads' stacks cannot be destroyed.
  threads.release();
  kernel.resign();
  return world.release()->outcome();
}

}  // namespace majuscule::simulation
