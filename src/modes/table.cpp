// SPDX-License-Identifier: MIT
// The table of all models and their properties. A new model is a file in this folder with its name, a
// function in modes.hpp, and an entry here. meson.build reads the names from here; `--list-modes=json` prints
// the rest.
#include <sys/select.h>

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
    Mode{.name = "epoll",
         .summary = "one libuv loop waits for every client",
         .sharing = Sharing::kOneThread,
         .run = run_epoll},
    Mode{.name = "threads",
         .summary = "a blocking thread for each client",
         .sharing = Sharing::kThreads,
         .run = run_threads,
         .holds = Holding::kOwnThread},
    Mode{.name = "sequential",
         .summary = "one client at a time, to its end",
         .sharing = Sharing::kOneThread,
         .run = run_sequential,
         .holds = Holding::kOnlyThread},
    Mode{.name = "process",
         .summary = "a forked child for each client",
         .sharing = Sharing::kProcesses,
         .run = run_process,
         .unavailable = why_no_process,
         .holds = Holding::kOwnThread},
    Mode{.name = "pool",
         .summary = "N threads take clients from a queue",
         .sharing = Sharing::kThreads,
         .run = run_pool,
         .has_pool = true,
         .queues = kArrivalOrders,
         .holds = Holding::kPoolClient},
    Mode{.name = "leader-follower",
         .summary = "N threads take turns at waiting for all clients",
         .sharing = Sharing::kThreads,
         .run = run_leader_follower,
         .has_pool = true,
         .holds = Holding::kPoolRequest},
    Mode{.name = "pipeline",
         .summary = "N readers, N processors and N repliers",
         .sharing = Sharing::kThreads,
         .run = run_pipeline,
         .has_pool = true,
         .holds = Holding::kPoolRequest,
         .stages = 3},
    Mode{.name = "half-sync",
         .summary = "one loop for I/O, N threads for requests",
         .sharing = Sharing::kThreads,
         .run = run_half_sync,
         .has_pool = true,
         .queues = kRequestOrders,
         .holds = Holding::kPoolRequest,
         .has_io_thread = true},
    Mode{.name = "reactors",
         .summary = "one loop accepts for N loops, a thread each",
         .sharing = Sharing::kThreads,
         .run = run_reactors,
         .has_pool = true},
    Mode{.name = "busy",
         .summary = "tries every socket in turn, never sleeps",
         .sharing = Sharing::kOneThread,
         .run = run_busy,
         .spins = true},
    Mode{.name = "select",
         .summary = "select(2) waits for up to about 1,000 clients",
         .sharing = Sharing::kOneThread,
         .run = run_select,
         .descriptor_limit = FD_SETSIZE},
    Mode{.name = "poll",
         .summary = "poll(2) waits for every client",
         .sharing = Sharing::kOneThread,
         .run = run_poll},
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
    Mode{.name = "coroutine",
         .summary = "a C++20 coroutine for each client, on one loop",
         .sharing = Sharing::kOneThread,
         .run = run_coroutine},
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
