// SPDX-License-Identifier: MIT
// An HTTP/1.1 connection (RFC 9112): keep-alive, pipelining, 100 Continue, errors, timeouts, lingering close.
// Holds no buffer while idle. Not thread-safe: one thread drives it at a time.
#pragma once

#include "http/answer.hpp"
#include "http/connection.hpp"
#include "http/request_context.hpp"

namespace majuscule {

class HttpConnection final : public Connection {
 public:
  HttpConnection(ConnectionContext& context, const Instant& now, std::string peer = {});
  ~HttpConnection() override;

  void receive(std::string_view bytes, const Instant& now) override;
  void end_of_input(const Instant& now) override;
  Request* next_request(const Instant& now) override;
  void respond(Reply&& reply, const Instant& now) override;
  Output pending_output() const override;
  void sent(std::size_t count, const Instant& now) override;
  bool wants_input() const override;
  Ending ending() const override;
  void half_closed(const Instant& now) override;
  void expire(const Instant& now) override;
  bool idle() const override { return phase_ == Phase::kIdle && !request_context_; }
  bool fresh() const override { return fresh_; }

 private:
  enum class Phase : std::uint8_t {
    kIdle,       ///< between requests; no request context unless output waits
    kReading,    ///< part of a request has arrived
    kReady,      ///< a complete request waits for next_request()
    kHandling,   ///< next_request() has returned it; it waits for respond()
    kClosing,    ///< the last answer is in the output
    kLingering,  ///< half-closed; input is discarded
    kClosed,
  };

  /// A smaller body is copied behind its head, so that pipelined replies leave in one piece.
  static constexpr std::size_t kSmallBody = 4 * 1024;

  bool output_pending() const { return request_context_ && !request_context_->output_empty(); }
  std::size_t parse(std::string_view bytes, const Instant& now);
  void refuse(Refusal refusal, const Instant& now);
  void append_answer(Reply& reply, Persistence persistence, bool with_body, const Instant& now);
  void log(const Reply& reply, std::size_t body_size, const Instant& now) const;
  void become_idle(const Instant& now);
  void become_closed();
  void release_context();

  std::unique_ptr<RequestContext> request_context_;
  Linger lingering_;
  Phase phase_ = Phase::kIdle;
  bool fresh_ = true;        // no request has begun yet
  bool cr_ = false;          // while idle: the last byte may begin a CRLF
  bool peer_ended_ = false;  // end of input was seen
  bool stuck_ = false;       // the last write was partial
  bool linger_ = false;      // in kClosing: the peer may still be sending
  bool timed_out_ = false;   // /stats counts it so
};

}  // namespace majuscule
