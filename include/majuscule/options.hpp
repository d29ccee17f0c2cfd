// SPDX-License-Identifier: MIT
// Everything the command line can say, as one value with its defaults (docs/contract.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "majuscule/instant.hpp"
#include "majuscule/task.hpp"

namespace majuscule {

/// How the shared state is protected. Which guards a mode allows: allowed_guards(). All counts are exact with
/// any of them where there is one thread, and elsewhere with any but kNone.
enum class Guard : std::uint8_t {
  kNone,  ///< for one thread: plain memory. For more: updates of `requests`, and of nothing else, may be lost
  kMutex,   ///< one mutex around all; across processes a robust one
  kAtomic,  ///< lock-free counters
  kSharded  ///< lock-free counters, in cache lines of its own for each thread, summed when they are read
};

/// "none", "mutex", "atomic", "sharded".
std::string_view to_string(Guard guard);

/// Which of those that wait in a queue is next.
enum class QueueOrder : std::uint8_t {
  kFifo,      ///< the one that has waited longest
  kLifo,      ///< the one that came last
  kPriority,  ///< the most urgent one (RFC 9218, u=0 to 7); among equals the one that has waited longest
};

/// "fifo", "lifo", "priority".
std::string_view to_string(QueueOrder order);

/// What a client may cost. Sizes in bytes. All timeouts are total: a byte now and then does not renew them.
struct Limits {
  std::size_t max_header = 16 * 1024;  ///< of a header section with its request line, raw; also of trailers
  std::size_t max_body = 1024 * 1024;  ///< of a decoded body
  Duration header_timeout = std::chrono::seconds(10);  ///< from its first byte to its last: else 408
  Duration body_timeout = std::chrono::seconds(30);    ///< for a whole body: else 408
  Duration idle_timeout = std::chrono::seconds(60);    ///< between requests: then a close
  Duration write_timeout =
      std::chrono::seconds(30);  ///< for output that the client does not take: then a close
};

struct Options {
  std::string mode = "epoll";
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;                   ///< 0: the kernel picks one
  std::optional<std::uint16_t> raw_port;       ///< none: no raw listener
  unsigned workers = 1;                        ///< processes that each run the mode
  bool reuseport = false;                      ///< each worker has listeners of its own (SO_REUSEPORT)
  std::optional<unsigned> threads;             ///< of the mode's pool; none: one for each core it may use
  std::optional<QueueOrder> queue;             ///< of the mode's queue; none: the mode's first
  std::optional<Guard> guard;                  ///< none: the mode's own
  Task task;                                   ///< owed by each capitalize request ...
  std::uint64_t task_every = 1;                ///< ... whose number is a multiple of this
  int backlog = 4096;                          ///< of each listener
  std::optional<std::size_t> max_connections;  ///< none: from the descriptor limit
  Limits limits;
  Duration drain_timeout = std::chrono::seconds(10);
  std::string log_level = "info";  ///< trace, debug, info, warn, error, off
  std::string access_log;          ///< a file; empty: none
};

}  // namespace majuscule
