// SPDX-License-Identifier: MIT
// Every model that is built in. A new one is a file in this folder, its function in modes.hpp, and a line
// here.
#include <array>

#include "modes/modes.hpp"

namespace majuscule {
namespace {

constexpr std::array kArrivalOrders = {QueueOrder::kFifo, QueueOrder::kLifo};
constexpr std::array kRequestOrders = {QueueOrder::kFifo, QueueOrder::kLifo, QueueOrder::kPriority};

#if defined(MAJUSCULE_HAS_URING)
constexpr bool kHasUring = true;
#else
constexpr bool kHasUring = false;
#endif
#if defined(MAJUSCULE_HAS_FIBERS)
constexpr bool kHasFibers = true;
#else
constexpr bool kHasFibers = false;
#endif

constexpr std::array kModes = {
    Mode{"epoll", "one libuv loop waits for every client", Sharing::kOneThread, run_epoll},
    Mode{"threads", "a blocking thread for each client", Sharing::kThreads, run_threads},
    Mode{"sequential", "one client at a time, to its end", Sharing::kOneThread, run_sequential},
    Mode{.name = "process",
         .summary = "a forked child for each client",
         .sharing = Sharing::kProcesses,
         .run = run_process,
         .unavailable = why_no_process},
    Mode{.name = "pool",
         .summary = "N threads take clients from a queue",
         .sharing = Sharing::kThreads,
         .run = run_pool,
         .has_pool = true,
         .queues = kArrivalOrders},
    Mode{.name = "leader-follower",
         .summary = "N threads take turns at waiting for all clients",
         .sharing = Sharing::kThreads,
         .run = run_leader_follower,
         .has_pool = true},
    Mode{.name = "pipeline",
         .summary = "N readers, N processors and N repliers",
         .sharing = Sharing::kThreads,
         .run = run_pipeline,
         .has_pool = true},
    Mode{.name = "half-sync",
         .summary = "one loop for I/O, N threads for requests",
         .sharing = Sharing::kThreads,
         .run = run_half_sync,
         .has_pool = true,
         .queues = kRequestOrders},
    Mode{.name = "reactors",
         .summary = "one loop accepts for N loops, a thread each",
         .sharing = Sharing::kThreads,
         .run = run_reactors,
         .has_pool = true},
    Mode{"busy", "tries every socket in turn, never sleeps", Sharing::kOneThread, run_busy},
    Mode{"select", "select(2) waits for up to about 1,000 clients", Sharing::kOneThread, run_select},
    Mode{"poll", "poll(2) waits for every client", Sharing::kOneThread, run_poll},
    Mode{.name = "sigio",
         .summary = "a real-time signal tells which client is ready",
         .sharing = Sharing::kOneThread,
         .run = run_sigio,
         .one_process_a_listener = true},
    Mode{.name = "uring",
         .summary = "the kernel does the I/O (io_uring)",
         .sharing = Sharing::kOneThread,
         .run = run_uring,
         .built_in = kHasUring,
         .unavailable = why_no_uring},
    Mode{"coroutine", "a C++20 coroutine for each client, on one loop", Sharing::kOneThread, run_coroutine},
    Mode{.name = "fibers",
         .summary = "a stack for each client, on one thread",
         .sharing = Sharing::kOneThread,
         .run = run_fibers,
         .built_in = kHasFibers,
         .unavailable = why_no_fibers},
};

}  // namespace

std::span<const Mode> modes() { return kModes; }

const Mode* find_mode(std::string_view name) {
  for (const Mode& mode : kModes) {
    if (mode.name == name) return &mode;
  }
  return nullptr;
}

}  // namespace majuscule
