// SPDX-License-Identifier: MIT
// The options of the command line with their defaults, as one value (docs/contract.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "majuscule/instant.hpp"
#include "majuscule/task.hpp"

namespace majuscule {

/// How the shared state is protected. allowed_guards() tells which guards a mode allows. With one thread all
/// counts are exact under any guard; otherwise under any but kNone.
enum class Guard : std::uint8_t {
  kNone,   ///< plain memory for one thread. For several: updates of `requests`, and only of that, may be lost
  kMutex,  ///< one mutex for all counters; across processes a robust one
  kAtomic,  ///< lock-free counters
  kSharded  ///< lock-free counters with cache lines for each thread, summed when they are read
};

/// "none", "mutex", "atomic", "sharded".
std::string_view to_string(Guard guard);

/// Which element a queue gives out next.
enum class QueueOrder : std::uint8_t {
  kFifo,      ///< the one that has waited longest
  kLifo,      ///< the one that came last
  kPriority,  ///< the most urgent one (RFC 9218, u=0 to 7); at equal urgency the one that has waited longest
};

/// "fifo", "lifo", "priority".
std::string_view to_string(QueueOrder order);

/// Limits for one client. Sizes in bytes. Each timeout is for the whole step: single bytes do not extend it.
struct Limits {
  std::size_t max_header = 16 * 1024;  ///< of a header section with its request line, raw; also of trailers
  std::size_t max_body = 1024 * 1024;  ///< of a body after decoding
  Duration header_timeout = std::chrono::seconds(10);  ///< for a header section; then 408
  Duration body_timeout = std::chrono::seconds(30);    ///< for a whole body; then 408
  Duration idle_timeout = std::chrono::seconds(60);    ///< between two requests; then the connection closes
  Duration write_timeout =
      std::chrono::seconds(30);  ///< for output that the client does not read; then the connection closes
};

struct Options {
  std::string mode = "epoll";
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;                   ///< 0: the kernel picks one
  std::optional<std::uint16_t> raw_port;       ///< none: no raw listener
  unsigned workers = 1;                        ///< processes that each run the mode
  bool reuseport = false;                      ///< each worker has its own listeners (SO_REUSEPORT)
  std::optional<unsigned> threads;             ///< threads of the mode's pool; none: one for each usable core
  std::optional<QueueOrder> queue;             ///< order of the mode's queue; none: the mode's default
  std::optional<Guard> guard;                  ///< none: the mode's default
  Task task;                                   ///< simulated work of a capitalize request ...
  std::uint64_t task_every = 1;                ///< ... whose number is a multiple of this
  int backlog = 4096;                          ///< of each listener
  std::optional<std::size_t> max_connections;  ///< none: from the descriptor limit
  Limits limits;
  Duration drain_timeout = std::chrono::seconds(10);
  std::string log_level = "info";  ///< trace, debug, info, warn, error, off
  std::string access_log;          ///< a file name; empty: no access log
};

}  // namespace majuscule
