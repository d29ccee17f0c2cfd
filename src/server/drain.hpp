// SPDX-License-Identifier: MIT
// The drain as a state machine free of I/O: the stop signal, arrivals and the time go in, what is to be done
// comes out. The drivers, the acceptor, the forked children and the master all obey it.
//
// From the stop signal on, no client may begin to connect. kHandshakeTime later, when handshakes under way
// have ended, idle clients are closed, and the clients in the listeners' queues are accepted and served. A
// client that has sent nothing yet has kFreshGrace for its first request. At the drain timeout all clients
// that are left are closed.
#pragma once

#include <cstdint>

#include "majuscule/instant.hpp"

namespace majuscule {

/// Not thread-safe.
class Drain {
 public:
  /// How long a handshake that is under way may take: on a busy machine, its steps are not taken at once.
  /// Idle clients may ask once more in that time.
  static constexpr Duration kHandshakeTime = std::chrono::milliseconds(20);
  /// How long a client may take to ask its first request.
  static constexpr Duration kFreshGrace = std::chrono::seconds(1);

  enum class Step : std::uint8_t {
    kNone,        ///< nothing is due
    kCloseIdle,   ///< close the clients that closes() names now
    kTakeQueued,  ///< accept the clients in the listeners' queues, then call queue_taken()
    kAbort,       ///< close all clients, whatever they are at; the last step
  };

  /// The stop signal came. Once. `timeout`: of the whole drain.
  void begin(Time now, Duration timeout);
  bool begun() const { return begun_; }

  /// Returns what is due, and counts it as done: to be called until it returns kNone. `accepts`: whether the
  /// caller can accept at this moment; if not, kTakeQueued is left for another call.
  Step take_step(Time now, bool accepts = true);
  /// When take_step() is to be called next; kNever before begin() and after kAbort.
  Time next_time() const;

  /// The listeners' queues are empty: no client comes any more. `some_left`: not all could be accepted, so
  /// the queues are looked at again after kHandshakeTime.
  void queue_taken(Time now, bool some_left);
  /// No client comes any more.
  void end_arrivals() { arrivals_ended_ = true; }
  bool arrivals_ended() const { return arrivals_ended_; }
  /// A client has come during the drain, from a queue or from another thread: it has time to ask.
  void client_came(Time now);

  /// Whether a client that is idle (between two requests) is to be closed. `fresh`: it has not asked anything
  /// yet.
  bool closes(bool fresh, Time now) const { return idle_closed_ && (!fresh || fresh_end_ <= now); }
  /// Whether kAbort was returned.
  bool aborted() const { return aborted_; }

 private:
  bool begun_ = false;
  bool idle_closed_ = false;
  bool arrivals_ended_ = false;
  bool aborted_ = false;
  Time idle_at_ = kNever;   // when the idle are closed
  Time queue_at_ = kNever;  // when the queues are emptied
  Time fresh_end_ = kNever;
  Time fresh_at_ = kNever;  // when the fresh are closed: fresh_end_ until that is done
  Time abort_at_ = kNever;
};

}  // namespace majuscule
