// SPDX-License-Identifier: MIT
// The raw protocol of tutorials: one message of up to 1,024 bytes, one answer, close. The bytes of one read
// are the message.
#pragma once

#include "http/connection.hpp"

namespace majuscule {

class RawConnection final : public Connection {
 public:
  static constexpr std::size_t kLargestMessage = 1024;

  RawConnection(ConnectionContext& context, const Instant& now, std::string peer = {});

  void receive(std::string_view bytes, const Instant& now) override;
  void end_of_input(const Instant& now) override;
  Request* next_request(const Instant& now) override;
  void respond(Reply&& reply, const Instant& now) override;
  Output pending_output() const override;
  void sent(std::size_t count, const Instant& now) override;
  bool wants_input() const override { return phase_ == Phase::kWaiting || phase_ == Phase::kLingering; }
  Ending ending() const override;
  void half_closed(const Instant& now) override;
  void expire(const Instant& now) override;
  bool idle() const override { return phase_ == Phase::kWaiting; }
  bool fresh() const override { return phase_ == Phase::kWaiting; }

 private:
  enum class Phase : std::uint8_t { kWaiting, kReady, kHandling, kAnswering, kLingering, kClosed };

  /// The message, then its answer: `body` is one or the other.
  struct Message {
    Request request;
    std::size_t sent = 0;
    bool is_sent() const { return sent == request.body.size(); }
  };

  std::unique_ptr<Message> message_;
  Linger lingering_;
  Phase phase_ = Phase::kWaiting;
  bool linger_ = false;  // the peer sent, or may be sending, more than a message
};

}  // namespace majuscule
