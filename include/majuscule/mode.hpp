// SPDX-License-Identifier: MIT
// A concurrency model: its name, a summary, what it shares, and how it waits.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "majuscule/options.hpp"

namespace majuscule {

class Server;  // server/server.hpp: the listeners, limits, service and shared state of a model

/// What accesses the shared state; decides which guards a mode allows.
enum class Sharing : std::uint8_t { kOneThread, kThreads, kProcesses };

/// "one thread", "threads", "processes".
std::string_view to_string(Sharing sharing);

/// What a waiting client or request occupies; decides how many can wait at the same time.
enum class Holding : std::uint8_t {
  kNothing,      ///< a loop waits for all clients: a sleeping task holds no thread
  kOwnThread,    ///< each client has its own thread or process
  kPoolClient,   ///< a client holds a thread of the pool until it leaves
  kPoolRequest,  ///< a request holds a thread of the pool until it is answered
  kOnlyThread,   ///< a client holds the only thread until it leaves
};

/// "nothing", "own thread", "pool thread by client", "pool thread by request", "only thread".
std::string_view to_string(Holding holding);

struct Mode {
  std::string_view name;
  std::string_view summary;  ///< one line
  Sharing sharing;
  /// Serves until a stop signal comes and the drain has ended. Throws std::system_error if it cannot start.
  void (*run)(Server& server);
  /// Whether the mode has a pool of threads, so that --threads applies.
  bool has_pool = false;
  /// The orders that --queue allows, the default first; empty: the mode has no queue.
  std::span<const QueueOrder> queues = {};
  /// Whether a listener can wake one process only; then --workers requires --reuseport.
  bool one_process_a_listener = false;
  /// Whether the build found the libraries that the mode needs.
  bool built_in = true;
  /// Why this build or this system cannot run the mode; empty when it can. Null: it always can.
  std::string (*unavailable)() = nullptr;
  /// What a waiting client or request occupies.
  Holding holds = Holding::kNothing;
  /// How many pools of --threads threads a request passes through; unused without a pool.
  unsigned stages = 1;
  /// Whether a thread outside the pool does the I/O of all clients.
  bool has_io_thread = false;
  /// Whether the mode uses its core fully even when idle.
  bool spins = false;
  /// The first descriptor number that the mode cannot wait for; 0: no limit.
  int descriptor_limit = 0;
};

/// All modes built in, in the order of --list-modes.
std::span<const Mode> modes();
/// Returns the mode with that name, or null.
const Mode* find_mode(std::string_view name);

/// Returns what accesses the shared state when the mode runs in `workers` workers.
Sharing sharing_of(const Mode& mode, unsigned workers);

/// Returns the guards that `sharing` allows; the first is the default.
std::span<const Guard> allowed_guards(Sharing sharing);

}  // namespace majuscule
