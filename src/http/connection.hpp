// SPDX-License-Identifier: MIT
// A conversation free of I/O: it takes bytes and gives bytes, and whoever drives it decides how to wait. Both
// protocols, every limit and every timeout live behind this interface, so that no mode can differ in them.
//
// One round of a driver: receive() what was read; while next_request() gives one: have it answered, do the
// task it owes, respond(); write pending_output() and say sent(); look at ending(), wants_input() and
// deadline() to know what to wait for.
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

/// Takes finished lines of the access log. Thread-safe where connections are driven by several threads.
class AccessLog {
 public:
  AccessLog() = default;
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  virtual ~AccessLog() = default;
  virtual void write(std::string_view line) = 0;
};

/// What all connections of one loop or one thread share. Borrowed: it outlives them.
struct ConnectionContext {
  const Limits& limits;
  Counters& counters;
  AccessLog* access_log;  ///< null: none
  RequestContextPool& pool;
};

/// Up to two pieces to be written one behind the other (writev(2)).
struct Output {
  std::array<std::string_view, 2> pieces;
  std::size_t size() const { return pieces[0].size() + pieces[1].size(); }
};

/// How a conversation ends once its output is written.
enum class Ending : std::uint8_t {
  kNone,       ///< it goes on
  kHalfClose,  ///< shut down writing, say half_closed(), and go on receiving until it says kClose: the peer
               ///< may still be sending, and closing now would reset the answer away (RFC 9112, 9.6)
  kClose,      ///< close the descriptor
};

class Connection {
 public:
  /// How long a half-closed conversation waits for the peer to end its side: in all, and for the next bytes.
  /// A slow client that still sends reads its answer only afterwards. What it sends is thrown away; meanwhile
  /// it holds its place of --max-connections, no buffer, and in modes that block its thread or process.
  static constexpr Duration kLingerTime = std::chrono::seconds(30);
  static constexpr Duration kLingerPause = std::chrono::seconds(5);
  /// The most of it, in all, once the server drains.
  static constexpr Duration kLingerInDrain = std::chrono::seconds(2);
  /// The most that may be given to receive() at once.
  static constexpr std::size_t kLargestRead = 64 * 1024;
  /// No further request of a pipeline is taken while this much output waits.
  static constexpr std::size_t kOutputLimit = 64 * 1024;

  /// The most memory, in bytes, that a connection ever holds, whatever its client does: one request or its
  /// reply, what one read brought behind it, and the replies before it up to kOutputLimit. A header section
  /// takes more memory than it has bytes (each field is indexed), and a buffer that grows is copied, so both
  /// are there for a moment. What a service puts into a reply beyond the request's body comes on top.
  static constexpr std::size_t memory_bound(const Limits& limits) {
    return limits.max_body + limits.max_body / 2 + 16 * limits.max_header +
           2 * (kLargestRead + kOutputLimit) + 16 * 1024;
  }

  explicit Connection(ConnectionContext& context, std::string peer = {})
      : context_(context), peer_(peer.empty() ? nullptr : std::make_unique<std::string>(std::move(peer))) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  /// Takes what was read, at most kLargestRead bytes. Only while wants_input().
  virtual void receive(std::string_view bytes, const Instant& now) = 0;
  /// The peer will send no more; what it already asked is still answered. Once.
  virtual void end_of_input(const Instant& now) = 0;
  /// The next whole request, which must be answered by respond() before another is given; until then, it is
  /// given again. Null when there is none or when output is stuck. Valid until respond().
  virtual Request* next_request(const Instant& now) = 0;
  /// Answers the request that next_request() gave.
  virtual void respond(Reply&& reply, const Instant& now) = 0;

  /// What waits to be written; valid until the next call of anything else.
  virtual Output pending_output() const = 0;
  /// `count` bytes of pending_output() were written; call it too when a write took nothing.
  virtual void sent(std::size_t count, const Instant& now) = 0;

  virtual bool wants_input() const = 0;
  virtual Ending ending() const = 0;
  /// Writing is shut down, as ending() asked.
  virtual void half_closed(const Instant& now) = 0;

  /// When expire() is due unless something happens before; kNever while the server itself works on a request.
  Time deadline() const { return deadline_; }
  /// The deadline has passed: a 408 where a request was under way, else the end.
  virtual void expire(const Instant& now) = 0;

  /// Between two requests (or before the first): a stopping server may close it without an answer.
  virtual bool idle() const = 0;
  /// Nothing of a first request has arrived yet.
  virtual bool fresh() const = 0;

 protected:
  std::string_view peer() const { return peer_ ? std::string_view(*peer_) : "-"; }

  ConnectionContext& context_;
  Time deadline_ = kNever;

 private:
  std::unique_ptr<const std::string> peer_;  // for the access log only
};

/// When a half-closed conversation ends. Both protocols use it.
class Linger {
 public:
  /// It begins. Returns when it ends if nothing comes.
  Time begin(const Instant& now) {
    end_ = now.time + Connection::kLingerTime;
    return extend(now);
  }
  /// The peer has sent something. Returns when it ends if nothing more comes.
  Time extend(const Instant& now) {
    if (now.draining) end_ = std::min(end_, now.time + Connection::kLingerInDrain);
    return std::min(end_, now.time + Connection::kLingerPause);
  }

 private:
  Time end_{};
};

/// The whole answer for an HTTP client that is one too many; Retry-After is in it.
std::string refusal_answer(std::string_view date);
/// How long its body is.
std::size_t refusal_body_size();

/// The reply to a request at which the service failed: it closes. A raw client gets nothing.
Reply failure_reply(const Request& request);

/// The reply to a request that finds the queue full; Retry-After is in it. A raw client gets nothing.
Reply overload_reply(const Request& request);

}  // namespace majuscule
