// SPDX-License-Identifier: MIT
// Checks the answers passed to send(2): well-formed, in order, each once, and none before its request.
#include <algorithm>
#include <charconv>

#include "simulation/oracle.hpp"

namespace majuscule::simulation {
namespace {

/// Returns the value of a field; empty: none.
std::string_view field(std::string_view head, std::string_view name) {
  const std::string begin = "\r\n" + std::string(name) + ": ";
  const std::size_t at = head.find(begin);
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + begin.size());
  return head.substr(0, head.find("\r\n"));
}

/// -1: no number.
long number(std::string_view text) {
  long value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

}  // namespace

// Each answer is passed to send(2) as a whole.
void Oracle::take_answers(std::string_view bytes) {
  while (!bytes.empty() && fault_.empty()) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos || !bytes.starts_with("HTTP/1.1 "))
      return fail("sent a malformed answer");
    const std::string_view head = bytes.substr(0, end + 2);
    const long status = number(head.substr(9, 3));
    bytes.remove_prefix(end + 4);
    if (status == 100) {
      if (asked_.empty() || !asked_.front().awaits_continue || asked_.front().head_end > received_) {
        fail("sent 100 to a client that does not wait for it");
      }
      continue;
    }
    const long size = number(field(head, "Content-Length"));
    if (status < 200 || size < 0 || static_cast<std::size_t>(size) > bytes.size())
      return fail("sent a malformed answer");
    if (field(head, "Date").size() != 29) return fail("sent an answer without a date");
    const std::string_view body = bytes.substr(0, static_cast<std::size_t>(size));
    bytes.remove_prefix(body.size());
    totals_.bytes_of_answers += head.size() + 2 + body.size();
    take_answer(static_cast<unsigned>(status), field(head, "Connection") == "close", body);
  }
}

void Oracle::take_answer(unsigned status, bool closes, std::string_view body) {
  ++totals_.responses[status_index(static_cast<std::uint16_t>(status))];
  if (std::exchange(told_to_close_, closes)) return fail("answered after an answer that closes");
  if (status == 200) return take_200(closes, body);
  if (!closes) return fail("went on after status " + std::to_string(status));
  must_linger_ = !saw_end_;
  if (status == 503) return take_refusal();
  if (owes_answer() || !has_begun())
    return fail("refused a good request: " + std::string(body.substr(0, 60)));
  if (status == 408) {
    told_to_close_ = false;
    if (due().earliest > now()) fail("sent 408 too early");
    told_to_close_ = true;
    return count_timeout();
  }
  const bool is_garbage = asked_.front().head_end == Asked::kNowhere;
  if (!is_garbage && !(status == 400 && saw_end_))
    fail("refused a good request: " + std::string(body.substr(0, 60)));
}

void Oracle::take_200(bool closes, std::string_view body) {
  if (!owes_answer()) return fail("answered a request that it had not received");
  const Asked asked = std::move(asked_.front());
  asked_.pop_front();
  if (body != asked.answer) return fail("answered with another body: " + std::string(body.substr(0, 40)));
  ++totals_.requests;
  totals_.bytes_of_requests += asked.end - asked.begin;
  const bool is_last = received_ == asked.end;
  must_linger_ = closes && !saw_end_ && !is_last;
  // At the exact time of the stop signal an answer may say either.
  const bool must_close = asked.closes || (is_last && (saw_end_ || now() > rules_.stop));
  if (closes != must_close && now() != rules_.stop) {
    return fail(closes ? "said without a reason that it closes" : "did not say that it closes");
  }
  const Options& options = rules_.options;
  if (options.task.kind == TaskKind::kSleep && options.task_every == 1 &&
      now() < owed_since_ + options.task.duration) {
    return fail("answered before the task was done");
  }
  head_since_ = body_since_ = owed_since_ = kNever;
  idle_since_ = now();
  begin_next();
}

void Oracle::take_raw_answer(std::string_view bytes) {
  if (!owes_answer()) return fail("answered a message that it had not received");
  if (bytes != asked_.front().answer) return fail("answered a raw message wrongly");
  asked_.pop_front();
  owed_since_ = kNever;
  ++totals_.requests;
  totals_.bytes_of_answers += bytes.size();
  told_to_close_ = true;
}

// A client above the limit.
void Oracle::take_refusal() {
  refused_at_ = now();
  ++totals_.refused;
  --totals_.serving;
  if (tried_to_receive_ || now() != accepted_at_) return fail("refused a client that it had served");
  if (one_too_many_) return;
  if (rules_.caused_refusals == 0) return fail("refused a client below the limit");
  --rules_.caused_refusals;
}

}  // namespace majuscule::simulation
