// SPDX-License-Identifier: MIT
// Serves one client to its end where it is called, and waits there for its bytes, its socket and its tasks,
// through Waits. Shared by the modes in which somebody waits for one client at a time.
//
// BlockingClients knows all clients being served so, to let a drain wake those that wait for a request. Where
// nobody but the serving thread is there to drain, that thread does so itself: the stop signal interrupts its
// waits again and again, and between two of them it does what is due.
#pragma once

#include <functional>
#include <optional>

#include "base/event_flag.hpp"
#include "base/intrusive_list.hpp"
#include "base/mutex.hpp"
#include "blocking/waits.hpp"
#include "server/server.hpp"

namespace majuscule {

/// Who calls make_room() and drain().
enum class Drainer : std::uint8_t {
  kAnotherThread,  ///< while the clients are served
  kSameThread,     ///< between two clients; while one is served, nobody
};

class BlockingClients {
 public:
  /// Where nobody else is there to drain, the waits must be the kernel's, on the main thread.
  BlockingClients(Server& server, Waits& waits, Drainer drainer = Drainer::kAnotherThread);
  BlockingClients(const BlockingClients&) = delete;
  BlockingClients& operator=(const BlockingClients&) = delete;

  /// Counts a client in; false when there are --max-connections already. Thread-safe.
  bool admit() MAJUSCULE_EXCLUDES(mutex_);
  /// Takes back an admission that could not be served: the client is refused. Thread-safe.
  void dismiss() MAJUSCULE_EXCLUDES(mutex_);
  /// Admits a client and has serve() called by `start`, which runs its work elsewhere or says that it cannot.
  /// False, with the client untouched, when there is no place for it. Thread-safe if `start` is.
  bool take(Accepted& client, const std::function<bool(std::function<void()> work)>& start);
  /// Serves an admitted client to its end, and counts it out. Blocks. Called on many threads at once.
  void serve(Accepted client);

  /// Serves a client to its end, for whoever counts it elsewhere. Blocks.
  void converse(Accepted client);

  /// The server drains, and others may wait for a place: lets the idle clients go, and after a second those
  /// that have asked nothing yet. May be called again and again.
  void make_room() MAJUSCULE_EXCLUDES(mutex_);
  /// Nobody comes any more: waits for the clients that are left, and cuts those that the drain timeout finds.
  void drain() MAJUSCULE_EXCLUDES(mutex_);

 private:
  /// While draining, how long a client that has asked nothing yet may still ask.
  static constexpr Duration kFreshGrace = std::chrono::seconds(1);

  /// What a drain must know of a client, from another thread.
  struct Client : IntrusiveList<Client>::Link {
    enum class State : std::uint8_t { kBusy, kIdle, kFresh };
    int fd;
    std::atomic<State> state = State::kFresh;
    std::atomic<bool> dismissed = false;  // the drain has shut the socket down
  };
  class Conversation;

  void drain_meanwhile();
  void begin_drain(Time now);
  void cut();
  void enter(Client& client) MAJUSCULE_EXCLUDES(mutex_);
  void leave(Client& client) MAJUSCULE_EXCLUDES(mutex_);
  std::size_t connected() MAJUSCULE_EXCLUDES(mutex_);
  void shut_down(int how, Client::State until) MAJUSCULE_EXCLUDES(mutex_);
  void announce_emptiness() MAJUSCULE_EXCLUDES(mutex_);
  void set_late(int how) MAJUSCULE_EXCLUDES(mutex_);
  static void dismiss(Client& client, int how);
  bool wait_until_empty(Time until) MAJUSCULE_EXCLUDES(mutex_);

  Server& server_;
  Waits& waits_;
  const Drainer drainer_;
  const EventFlag emptied_;  // a drain has no client left
  Mutex mutex_;
  std::atomic<bool> idle_dismissed_ = false;
  Time drain_begin_{};  // these two only for the thread that drains
  bool is_cut_ = false;
  std::size_t open_ MAJUSCULE_GUARDED_BY(mutex_) = 0;
  bool draining_ MAJUSCULE_GUARDED_BY(mutex_) = false;
  IntrusiveList<Client> clients_ MAJUSCULE_GUARDED_BY(mutex_);
  std::optional<int> late_ MAJUSCULE_GUARDED_BY(mutex_);  // how to shut down who enters now
};

}  // namespace majuscule
