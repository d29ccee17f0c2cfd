// SPDX-License-Identifier: MIT
// The clients that threads serve at this moment, for the one thread that drains: it ends the reading of those
// that wait for a request, and at last the sockets of all.
#pragma once

#include <atomic>
#include <optional>

#include "base/event_flag.hpp"
#include "base/intrusive_list.hpp"
#include "base/mutex.hpp"

namespace majuscule {

/// Thread-safe.
class ClientRegistry {
 public:
  /// What a client is at, for a drain.
  enum class State : std::uint8_t { kBusy, kIdle, kFresh };

  /// Of the thread that serves the client. Borrows the descriptor.
  struct Entry : IntrusiveList<Entry>::Link {
    explicit Entry(int descriptor) : fd(descriptor) {}

    const int fd;
    std::atomic<State> state = State::kFresh;
    std::atomic<bool> shut_down = false;  ///< a drain has ended its reading, and perhaps its writing
  };

  // Clients that are counted in; they may wait for a thread to serve them.

  void count_in() MAJUSCULE_EXCLUDES(mutex_);
  void count_out() MAJUSCULE_EXCLUDES(mutex_);
  std::size_t count() const MAJUSCULE_EXCLUDES(mutex_);
  /// From now on emptied() is raised when no client is left.
  void tell_when_empty() MAJUSCULE_EXCLUDES(mutex_);
  const EventFlag& emptied() const { return emptied_; }

  // Clients that are served.

  /// One that enters late in a drain is shut down at once.
  void enter(Entry& entry) MAJUSCULE_EXCLUDES(mutex_);
  void leave(Entry& entry) MAJUSCULE_EXCLUDES(mutex_);

  // For the thread that drains. recv(2) still gives what has arrived, and then the end.

  /// Ends the reading of the idle; `also_fresh`: and of those that have asked nothing yet; `late_ones`: and
  /// of those that enter later.
  void shut_down_idle(bool also_fresh, bool late_ones) MAJUSCULE_EXCLUDES(mutex_);
  /// Whether shut_down_idle() was called. A client that becomes idle then need not wait.
  bool idle_shut_down() const { return idle_shut_down_; }
  /// Shuts down all sockets, and those that enter later.
  void shut_down_all() MAJUSCULE_EXCLUDES(mutex_);

 private:
  static void shut_down(Entry& entry, int how);

  const EventFlag emptied_;
  std::atomic<bool> idle_shut_down_ = false;
  mutable Mutex mutex_;
  std::size_t count_ MAJUSCULE_GUARDED_BY(mutex_) = 0;
  bool tells_when_empty_ MAJUSCULE_GUARDED_BY(mutex_) = false;
  IntrusiveList<Entry> entries_ MAJUSCULE_GUARDED_BY(mutex_);
  std::optional<int> how_late_ones_ MAJUSCULE_GUARDED_BY(mutex_);  // are shut down (shutdown(2))
};

}  // namespace majuscule
