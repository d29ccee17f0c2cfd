// SPDX-License-Identifier: MIT
#include "simulation/oracle.hpp"

#include <algorithm>

#include "http/connection.hpp"
#include "server/drain.hpp"
#include "server/overload_responder.hpp"

namespace majuscule::simulation {

void Oracle::fail(const std::string& what) {
  if (fault_.empty()) fault_ = what;
}

bool Oracle::owes_answer() const { return !asked_.empty() && asked_.front().end <= received_; }

bool Oracle::has_begun() const { return !asked_.empty() && asked_.front().begin < received_; }

void Oracle::on_accept() {
  accepted_at_ = last_received_ = now();
  ++totals_.accepted;
  ++totals_.serving;
  one_too_many_ = totals_.serving > *rules_.options.max_connections;
  if (drains() && !rules_.grace_from_connect) {
    rules_.grace_end = std::max(rules_.grace_end, now() + Drain::kFreshGrace);
  }
}

void Oracle::on_receive(std::string_view bytes, bool end) {
  neglected_ = 0;
  tried_to_receive_ = true;
  if (end) saw_end_ = true;
  if (bytes.empty()) return;
  received_ += bytes.size();
  last_received_ = now();
  if (told_to_close_ || refused_at_ != kNever) return;  // input is discarded
  totals_.bytes_received += bytes.size();
  if (is_raw()) return receive_raw(bytes);
  begin_next();
}

// The bytes of the first call are the message.
void Oracle::receive_raw(std::string_view bytes) {
  if (asked_.empty()) return;
  Asked& asked = asked_.front();
  if (head_since_ != kNever) return;
  head_since_ = now();
  asked.end = received_;
  owed_since_ = now();
  asked.answer.resize(std::min({asked.answer.size(), bytes.size(), std::size_t{1024}}));
  must_linger_ = bytes.size() >= 1024;
}

// The time of a request begins when its first byte is received, or when earlier requests are done.
void Oracle::begin_next() {
  if (stuck_since_ != kNever || !has_begun()) return;
  if (owed_since_ == kNever && owes_answer()) owed_since_ = now();
  if (head_since_ == kNever) head_since_ = now();
  if (body_since_ == kNever && asked_.front().head_end <= received_) body_since_ = now();
}

void Oracle::on_send(std::string_view bytes, std::size_t taken) {
  neglected_ = 0;
  if (socket_->server_ended && now() < rules_.abort()) return fail("writes after it has shut down writing");
  if (!bytes.starts_with(unsent_)) return fail("lost or changed bytes that the socket had not accepted");
  const std::string_view fresh = bytes.substr(unsent_.size());
  if (is_raw()) {
    if (!fresh.empty()) take_raw_answer(fresh);
  } else {
    take_answers(fresh);
  }
  if (fresh.empty()) {
    unsent_.erase(0, taken);
  } else {
    unsent_ = bytes.substr(taken);
  }
  if (!unsent_.empty()) {
    if (stuck_since_ == kNever || !fresh.empty()) stuck_since_ = now();
  } else if (stuck_since_ != kNever) {
    stuck_since_ = kNever;
    if (idle_since_ != kNever) idle_since_ = now();
    if (owed_since_ != kNever) owed_since_ = now();
    if (head_since_ != kNever) head_since_ = now();
    if (body_since_ != kNever) body_since_ = now();
    begin_next();
  }
}

void Oracle::on_end_of_writing() {
  if (refused_at_ != kNever) return;
  if (now() >= rules_.abort()) return;
  if (!told_to_close_) return fail("shut down writing without an answer that announces it");
  if (!unsent_.empty()) return fail("shut down writing before an answer was written");
  linger_since_ = now();
}

void Oracle::on_drop() {
  closed_ = true;
  const bool cannot_accept = kernel_.accept_failure != 0;
  if (!socket_->client_reset && !cannot_accept && now() < rules_.abort())
    fail("reset a client in the backlog");
}

Time Oracle::linger_end() const {
  Time end = linger_since_ + Connection::kLingerTime;
  const Time seen = std::max(last_received_, linger_since_);
  if (seen >= rules_.stop)
    end = std::min(end, std::max(linger_since_, rules_.stop) + Connection::kLingerInDrain);
  return std::min(end, seen + Connection::kLingerPause);
}

Oracle::Due Oracle::due() const {
  const Limits& limits = rules_.options.limits;
  if (linger_since_ != kNever) {
    const Time end = linger_end();
    // Each piece received during a drain extends the end.
    const bool in_drain = last_received_ > rules_.stop;
    return {end, in_drain ? linger_since_ + Connection::kLingerTime : end, "a half-closed connection"};
  }
  if (stuck_since_ != kNever) {
    const Time end = stuck_since_ + limits.write_timeout;
    return {end, owes_answer() ? kNever : end, "a client that does not read"};
  }
  if (told_to_close_) return {kNever, kNever, ""};
  if (owes_answer())
    return {kNever, owed_since_ + rules_.options.task.duration + rules_.task_lateness(), "an answer"};
  if (body_since_ != kNever) {
    const Time end = body_since_ + limits.body_timeout;
    return {end, end, "a body that is not whole"};
  }
  if (head_since_ != kNever) {
    const Time end = head_since_ + limits.header_timeout;
    return {end, end, "a header section that is not whole"};
  }
  if (idle_since_ != kNever)
    return {idle_since_ + limits.idle_timeout, idle_since_ + limits.idle_timeout, "an idle client"};
  const Time end = accepted_at_ + std::min(limits.header_timeout, limits.idle_timeout);
  return {end, end, "a client that has asked nothing"};
}

void Oracle::count_timeout() {
  if (!std::exchange(counted_timeout_, true)) ++totals_.timed_out;
}

void Oracle::on_close() {
  closed_ = true;
  if (refused_at_ != kNever) return close_refused();
  --totals_.serving;
  const bool was_due = due().earliest <= now();
  if (socket_->client_reset || now() >= rules_.abort()) {
    if (was_due && linger_since_ == kNever && !counted_timeout_) ++totals_.maybe_timed_out;
    return;
  }
  if (is_raw() && !tried_to_receive_) {
    ++totals_.serving;
    return take_refusal();
  }
  if (linger_since_ != kNever) {
    if (!saw_end_ && !was_due) fail("closed a half-closed connection too early");
  } else if (stuck_since_ != kNever) {
    if (!was_due) return fail("closed before an answer was written");
    count_timeout();
  } else if (told_to_close_) {
    if (must_linger_ && !saw_end_) fail("closed at once after an answer, which the client may lose");
    // If a raw message came in pieces, the server does not wait for the rest.
    if (socket_->server_reset && !is_raw()) fail("reset a client that was answered");
  } else if (owes_answer()) {
    fail("closed without the answer to a request");
  } else if (has_begun()) {
    fail("closed within a request without an answer");
  } else {
    close_idle();
  }
}

// A refused client is held until it can have read the refusal.
void Oracle::close_refused() {
  Time latest = refused_at_ + Connection::kLingerTime;
  if (now() >= rules_.drain_began)
    latest = std::min(latest, std::max(refused_at_, rules_.drain_began) + OverloadResponder::kHoldInDrain);
  constexpr Duration kSweep = std::chrono::milliseconds(100);
  if (now() > latest + kSweep + rules_.task_lateness() + rules_.slack + 2 * rules_.tick)
    fail("held a refused client too long");
}

void Oracle::close_idle() {
  if (saw_end_) return;
  if (!socket_->arrived.empty()) return fail("closed with a request unread");
  const bool fresh = idle_since_ == kNever;
  if (due().earliest <= now()) {
    if (!drains()) return count_timeout();
    ++totals_.maybe_timed_out;  // or the drain closed it
    return;
  }
  if (!drains())
    return fail(fresh ? "closed a client that has asked nothing" : "closed an idle client too early");
  if (now() < rules_.stop + Drain::kHandshakeTime) fail("closed an idle client at once in a drain");
  Time grace_end = std::max(accepted_at_, rules_.stop) + Drain::kFreshGrace;
  if (rules_.grace_from_connect)
    grace_end = std::max(socket_->connected_at, rules_.stop) + Drain::kFreshGrace;
  if (fresh && now() < grace_end) fail("gave a new client no time in a drain");
}

}  // namespace majuscule::simulation
