// SPDX-License-Identifier: MIT
// Which guards each kind of sharing allows, and their names.
#include <array>
#include <cassert>
#include <span>

#include "server/guarded_counters.hpp"

namespace majuscule {
namespace {

constexpr std::array kOneThreadGuards = {Guard::kNone};
constexpr std::array kThreadGuards = {Guard::kMutex, Guard::kAtomic, Guard::kSharded, Guard::kNone};
constexpr std::array kProcessGuards = {Guard::kAtomic, Guard::kMutex, Guard::kSharded, Guard::kNone};

}  // namespace

std::span<const Guard> allowed_guards(Sharing sharing) {
  switch (sharing) {
    case Sharing::kOneThread: return kOneThreadGuards;
    case Sharing::kThreads: return kThreadGuards;
    case Sharing::kProcesses: return kProcessGuards;
  }
  return {};
}

Sharing sharing_of(const Mode& mode, unsigned workers) {
  assert(workers > 0);
  return workers > 1 && mode.sharing == Sharing::kOneThread ? Sharing::kProcesses : mode.sharing;
}

std::string_view to_string(Holding holding) {
  switch (holding) {
    case Holding::kNothing: return "nothing";
    case Holding::kOwnThread: return "own thread";
    case Holding::kPoolClient: return "pool thread by client";
    case Holding::kPoolRequest: return "pool thread by request";
    case Holding::kOnlyThread: return "only thread";
  }
  return "";
}

std::string_view to_string(Sharing sharing) {
  switch (sharing) {
    case Sharing::kOneThread: return "one thread";
    case Sharing::kThreads: return "threads";
    case Sharing::kProcesses: return "processes";
  }
  return {};
}

std::string_view to_string(Guard guard) {
  switch (guard) {
    case Guard::kNone: return "none";
    case Guard::kMutex: return "mutex";
    case Guard::kAtomic: return "atomic";
    case Guard::kSharded: return "sharded";
  }
  return {};
}

std::string_view to_string(QueueOrder order) {
  switch (order) {
    case QueueOrder::kFifo: return "fifo";
    case QueueOrder::kLifo: return "lifo";
    case QueueOrder::kPriority: return "priority";
  }
  return {};
}

std::string_view note_on(Guard guard, Sharing sharing) {
  return guard == Guard::kNone && sharing != Sharing::kOneThread ? "updates of requests may be lost" : "";
}

}  // namespace majuscule
