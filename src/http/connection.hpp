// SPDX-License-Identifier: MIT
// One client's connection without I/O: bytes go in, bytes come out, and the driver decides how to wait. Both
// protocols, all limits and all timeouts stand behind this interface, so that no mode can differ in them.
//
// One round of a driver: receive() the bytes read; while next_request() returns a request: get its answer, do
// its task, respond(); write pending_output() and report it with sent(); then ending(), wants_input() and
// deadline() tell what to wait for.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "majuscule/counters.hpp"
#include "majuscule/instant.hpp"
#include "majuscule/options.hpp"
#include "majuscule/reply.hpp"
#include "majuscule/request.hpp"

namespace majuscule {

class RequestContextPool;

/// Takes complete lines of the access log. Thread-safe where several threads drive connections.
class AccessLog {
 public:
  AccessLog() = default;
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  virtual ~AccessLog() = default;
  virtual void write(std::string_view line) = 0;
};

/// What all connections of one loop or one thread share. Borrowed: it must outlive them.
struct ConnectionContext {
  const Limits& limits;
  Counters& counters;
  AccessLog* access_log;  ///< null: no access log
  RequestContextPool& pool;
};

/// Up to two pieces to be written in order (writev(2)).
struct Output {
  std::array<std::string_view, 2> pieces;
  std::size_t size() const { return pieces[0].size() + pieces[1].size(); }
};

/// How the connection ends once its output is written.
enum class Ending : std::uint8_t {
  kNone,       ///< it stays open
  kHalfClose,  ///< shut down writing, call half_closed(), and receive until kClose: the peer
               ///< may still be sending, and closing now would reset the connection before it has read the
               ///< answer (RFC 9112, 9.6)
  kClose,      ///< close the descriptor
};

class Connection {
 public:
  /// How long a half-closed connection waits for the peer to close its side: in total, and for the next
  /// bytes. A slow client reads the answer only after it has sent everything. Its input is discarded.
  /// Meanwhile it counts in --max-connections. It holds no buffer, but in modes that block it holds its
  /// thread or process.
  static constexpr Duration kLingerTime = std::chrono::seconds(30);
  static constexpr Duration kLingerPause = std::chrono::seconds(5);
  /// The limit of that total during a drain.
  static constexpr Duration kLingerInDrain = std::chrono::seconds(2);
  /// The most bytes that receive() takes at once.
  static constexpr std::size_t kLargestRead = 64 * 1024;
  /// While this much output waits, no further pipelined request is taken.
  static constexpr std::size_t kOutputLimit = 64 * 1024;

  /// An upper bound of a connection's memory in bytes, whatever the client does: one request or its reply,
  /// the input behind it from one read, and earlier replies up to kOutputLimit. A header section takes more
  /// memory than its bytes, since each field is indexed, and a growing buffer exists twice while it is
  /// copied. What a service adds to a reply beyond the request's body is not included.
  static constexpr std::size_t memory_bound(const Limits& limits) {
    return limits.max_body + limits.max_body / 2 + 16 * limits.max_header +
           2 * (kLargestRead + kOutputLimit) + 16 * 1024;
  }

  explicit Connection(ConnectionContext& context, std::string peer = {})
      : context_(context), peer_(peer.empty() ? nullptr : std::make_unique<std::string>(std::move(peer))) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  /// Takes the bytes of one read, at most kLargestRead. Only while wants_input().
  virtual void receive(std::string_view bytes, const Instant& now) = 0;
  /// The peer has closed its side. Requests already received are still answered. To be called once.
  virtual void end_of_input(const Instant& now) = 0;
  /// Returns the next complete request, and returns it again until respond() answers it. Null when there is
  /// none or when output is stuck. Valid until respond().
  virtual Request* next_request(const Instant& now) = 0;
  /// Answers the request that next_request() returned.
  virtual void respond(Reply&& reply, const Instant& now) = 0;

  /// Returns the output to be written; valid until the next call of any other function.
  virtual Output pending_output() const = 0;
  /// Tells that `count` bytes of pending_output() were written. Also to be called after a write of 0 bytes.
  virtual void sent(std::size_t count, const Instant& now) = 0;

  virtual bool wants_input() const = 0;
  virtual Ending ending() const = 0;
  /// Tells that writing was shut down, as ending() asked.
  virtual void half_closed(const Instant& now) = 0;

  /// Returns when expire() is due if nothing happens before; kNever while the server works on a request.
  Time deadline() const { return deadline_; }
  /// The deadline has passed: answers 408 if a request was being received, otherwise ends the connection.
  virtual void expire(const Instant& now) = 0;

  /// Returns whether it is between two requests (or before the first): a drain may close it without an
  /// answer.
  virtual bool idle() const = 0;
  /// Returns whether no byte of a first request has arrived yet.
  virtual bool fresh() const = 0;

 protected:
  std::string_view peer() const { return peer_ ? std::string_view(*peer_) : "-"; }

  ConnectionContext& context_;
  Time deadline_ = kNever;

 private:
  std::unique_ptr<const std::string> peer_;  // for the access log only
};

/// When a half-closed connection ends, in both protocols.
class Linger {
 public:
  /// Begins. Returns the deadline if nothing arrives.
  Time begin(const Instant& now) {
    end_ = now.time + Connection::kLingerTime;
    return extend(now);
  }
  /// The peer has sent something. Returns the new deadline.
  Time extend(const Instant& now) {
    if (now.draining) end_ = std::min(end_, now.time + Connection::kLingerInDrain);
    return std::min(end_, now.time + Connection::kLingerPause);
  }

 private:
  Time end_{};
};

/// Returns the whole answer for an HTTP client over the limit; with Retry-After.
std::string refusal_answer(std::string_view date);
/// Returns the length of its body.
std::size_t refusal_body_size();

/// The reply when the service failed: it closes the connection. A raw client gets no bytes.
Reply failure_reply(const Request& request);

/// The reply when the queue is full; with Retry-After. A raw client gets no bytes.
Reply overload_reply(const Request& request);

}  // namespace majuscule
