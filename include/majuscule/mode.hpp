// SPDX-License-Identifier: MIT
// A concurrency model: a name, a line about it, what it shares, and how it waits.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "majuscule/options.hpp"

namespace majuscule {

class Server;  // server/server.hpp: the listeners, limits, service and shared state a model works with

/// What touches the shared state; decides which guards a mode allows.
enum class Sharing : std::uint8_t { kOneThread, kThreads, kProcesses };

/// "one thread", "threads", "processes".
std::string_view to_string(Sharing sharing);

/// What a client or a request holds while it waits; decides how many can wait at the same time.
enum class Holding : std::uint8_t {
  kNothing,      ///< a loop waits for all clients: a task that sleeps holds no thread
  kOwnThread,    ///< each client has a thread, or a process
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
  /// Serves until the server is told to stop and has drained. Throws std::system_error if it cannot start.
  void (*run)(Server& server);
  /// Whether --threads has a meaning: the mode has a pool of threads.
  bool has_pool = false;
  /// What --queue may say, the default first; empty: the mode has no queue.
  std::span<const QueueOrder> queues = {};
  /// Whether a listener can wake one process only: then --workers needs --reuseport.
  bool one_process_a_listener = false;
  /// Whether the libraries that it needs were there when this was built.
  bool built_in = true;
  /// Why this build or this system cannot run the mode; empty when it can. Null: it always can.
  std::string (*unavailable)() = nullptr;
  /// What a client or a request holds while it waits.
  Holding holds = Holding::kNothing;
  /// How many pools of --threads threads a request passes through; meaningless without a pool.
  unsigned stages = 1;
  /// Whether a thread beside the pool does the I/O of all clients.
  bool has_io_thread = false;
  /// Whether the mode uses all of its core also when there is nothing to do.
  bool spins = false;
  /// Descriptors from this number on cannot be waited for; 0: no such limit.
  int descriptor_limit = 0;
};

/// Every mode built in, in the order in which --list-modes prints them.
std::span<const Mode> modes();
/// The mode of that name, or null.
const Mode* find_mode(std::string_view name);

/// What touches the shared state when the mode runs in so many workers.
Sharing sharing_of(const Mode& mode, unsigned workers);

/// The guards that a way of sharing allows; the first is its default.
std::span<const Guard> allowed_guards(Sharing sharing);

}  // namespace majuscule
