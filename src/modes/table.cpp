// SPDX-License-Identifier: MIT
// Every model that is built in. A new one is a file in this folder, its function in modes.hpp, and a line
// here.
#include <array>

#include "modes/modes.hpp"

namespace majuscule {
namespace {

constexpr std::array kArrivalOrders = {QueueOrder::kFifo, QueueOrder::kLifo};
constexpr std::array kRequestOrders = {QueueOrder::kFifo, QueueOrder::kLifo, QueueOrder::kPriority};

constexpr std::array kModes = {
    Mode{"epoll", "one thread: a libuv loop waits for every client, timers wait for sleeping tasks",
         Sharing::kOneThread, run_epoll},
    Mode{"coroutine", "one thread: a coroutine for each client, straight-line code over the loop",
         Sharing::kOneThread, run_coroutine},
    Mode{"threads", "a thread for each client, which blocks wherever its client makes it wait",
         Sharing::kThreads, run_threads},
    Mode{"sequential",
         "one thread serves one client to its end, then the next; the others wait in the backlog",
         Sharing::kOneThread, run_sequential},
    Mode{.name = "process",
         .summary = "a forked process for each client, which blocks wherever its client makes it wait",
         .sharing = Sharing::kProcesses,
         .run = run_process,
         .unavailable = why_no_process},
    Mode{.name = "pool",
         .summary = "N threads serve a client each, to its end; the other clients wait in a queue",
         .sharing = Sharing::kThreads,
         .run = run_pool,
         .has_pool = true,
         .queues = kArrivalOrders},
    Mode{.name = "uring",
         .summary = "one thread: the kernel accepts, receives and sends for every client (io_uring)",
         .sharing = Sharing::kOneThread,
         .run = run_uring,
         .unavailable = why_no_uring},
    Mode{.name = "fibers",
         .summary =
             "one thread, with a stack for each client: blocking code that switches where it would wait",
         .sharing = Sharing::kOneThread,
         .run = run_fibers,
         .unavailable = why_no_fibers},
    Mode{.name = "reactors",
         .summary = "one loop accepts and hands each client to one of N libuv loops, a thread each",
         .sharing = Sharing::kThreads,
         .run = run_reactors,
         .has_pool = true},
    Mode{"busy", "one thread: tries every socket in turn and never sleeps", Sharing::kOneThread, run_busy},
    Mode{"select", "one thread: select(2) waits for every client, of whom there may be about 1,000",
         Sharing::kOneThread, run_select},
    Mode{"poll", "one thread: poll(2) waits for every client", Sharing::kOneThread, run_poll},
    Mode{"sigio", "one thread: waits for real-time signals that name the clients who are ready (O_ASYNC)",
         Sharing::kOneThread, run_sigio},
    Mode{.name = "leader-follower",
         .summary = "N threads share all clients: one waits for an event, another one while that serves",
         .sharing = Sharing::kThreads,
         .run = run_leader_follower,
         .has_pool = true},
    Mode{.name = "pipeline",
         .summary = "readers, processors and repliers, N threads each, with bounded queues between",
         .sharing = Sharing::kThreads,
         .run = run_pipeline,
         .has_pool = true},
    Mode{.name = "half-sync",
         .summary = "a loop does all input and output, N threads take requests from a queue",
         .sharing = Sharing::kThreads,
         .run = run_half_sync,
         .has_pool = true,
         .queues = kRequestOrders},
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
