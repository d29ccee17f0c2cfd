// SPDX-License-Identifier: MIT
// The drain as a state machine without I/O: the stop signal, new clients and the time go in, the next step
// comes out. The drivers, the acceptor, the forked children and the master all follow it.
//
// From the stop signal on, no client can begin to connect. kHandshakeTime later, when handshakes under way
// have ended, idle clients are closed, and the clients in the listeners' queues are accepted and served. A
// client that has sent nothing yet has kFreshGrace for its first request. At the drain timeout all remaining
// connections are closed.
#pragma once

#include <cstdint>

#include "majuscule/instant.hpp"

namespace majuscule {

/// Not thread-safe.
class Drain {
 public:
  /// The time for handshakes that are under way: on a busy machine their steps may be delayed. Idle clients
  /// may send another request in that time.
  static constexpr Duration kHandshakeTime = std::chrono::milliseconds(20);
  /// The time for a new client to send its first request.
  static constexpr Duration kFreshGrace = std::chrono::seconds(1);

  enum class Step : std::uint8_t {
    kNone,        ///< nothing is due
    kCloseIdle,   ///< close the clients for which closes() is true now
    kTakeQueued,  ///< accept the clients in the listeners' queues, then call queue_taken()
    kAbort,       ///< close all connections, whatever their state; the last step
  };

  /// The stop signal came. To be called once. `timeout` is that of the whole drain.
  void begin(Time now, Duration timeout);
  bool begun() const { return begun_; }

  /// Returns the next step and counts it as done; to be called until it returns kNone. `accepts`: whether the
  /// caller can accept now; if not, kTakeQueued waits for another call.
  Step take_step(Time now, bool accepts = true);
  /// Returns when to call take_step() next; kNever before begin() and after kAbort.
  Time next_time() const;

  /// The listeners' queues are empty, and no client follows. `some_left`: not all could be accepted, so the
  /// queues are tried again after kHandshakeTime.
  void queue_taken(Time now, bool some_left);
  /// No further client follows.
  void end_arrivals() { arrivals_ended_ = true; }
  bool arrivals_ended() const { return arrivals_ended_; }
  /// A client has arrived during the drain, from a queue or from another thread: it gets time for a request.
  void client_came(Time now);

  /// Returns whether to close a client that is idle (between two requests). `fresh`: it has not sent anything
  /// yet.
  bool closes(bool fresh, Time now) const { return idle_closed_ && (!fresh || fresh_end_ <= now); }
  /// Returns whether kAbort was returned.
  bool aborted() const { return aborted_; }

 private:
  bool begun_ = false;
  bool idle_closed_ = false;
  bool arrivals_ended_ = false;
  bool aborted_ = false;
  Time idle_at_ = kNever;   // when idle clients are closed
  Time queue_at_ = kNever;  // when the queues are emptied
  Time fresh_end_ = kNever;
  Time fresh_at_ = kNever;  // when fresh clients are closed: fresh_end_ until that is done
  Time abort_at_ = kNever;
};

}  // namespace majuscule
