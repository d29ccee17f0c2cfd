// SPDX-License-Identifier: MIT
// The clients that threads serve at this moment, for the one thread that drains. It shuts down reading for
// clients that wait for a request, and in the end all sockets.
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
  /// The state of a client, for a drain.
  enum class State : std::uint8_t { kBusy, kIdle, kFresh };

  /// Owned by the thread that serves the client. Borrows the descriptor.
  struct Entry : IntrusiveList<Entry>::Link {
    explicit Entry(int descriptor) : fd(descriptor) {}

    const int fd;
    std::atomic<State> state = State::kFresh;
    std::atomic<bool> shut_down = false;  ///< a drain has shut down reading, and perhaps writing
  };

  // Counts clients, including those that wait for a thread.

  void count_in() MAJUSCULE_EXCLUDES(mutex_);
  void count_out() MAJUSCULE_EXCLUDES(mutex_);
  std::size_t count() const MAJUSCULE_EXCLUDES(mutex_);
  /// From now on raises emptied() when no client is left.
  void tell_when_empty() MAJUSCULE_EXCLUDES(mutex_);
  const EventFlag& emptied() const { return emptied_; }

  // The clients being served.

  /// A client that enters late in a drain is shut down at once.
  void enter(Entry& entry) MAJUSCULE_EXCLUDES(mutex_);
  void leave(Entry& entry) MAJUSCULE_EXCLUDES(mutex_);

  // For the thread that drains. recv(2) still returns bytes that have arrived, and then the end.

  /// Shuts down reading for idle clients; with `also_fresh`, for clients that have sent nothing yet; with
  /// `late_ones`, for clients that enter later.
  void shut_down_idle(bool also_fresh, bool late_ones) MAJUSCULE_EXCLUDES(mutex_);
  /// Returns whether shut_down_idle() was called. A client that becomes idle then need not wait.
  bool idle_shut_down() const { return idle_shut_down_; }
  /// Shuts down all sockets, also of clients that enter later.
  void shut_down_all() MAJUSCULE_EXCLUDES(mutex_);

 private:
  static void shut_down(Entry& entry, int how);

  const EventFlag emptied_;
  std::atomic<bool> idle_shut_down_ = false;
  mutable Mutex mutex_;
  std::size_t count_ MAJUSCULE_GUARDED_BY(mutex_) = 0;
  bool tells_when_empty_ MAJUSCULE_GUARDED_BY(mutex_) = false;
  IntrusiveList<Entry> entries_ MAJUSCULE_GUARDED_BY(mutex_);
  std::optional<int> how_late_ones_ MAJUSCULE_GUARDED_BY(mutex_);  // how to shut them down (shutdown(2))
};

}  // namespace majuscule
