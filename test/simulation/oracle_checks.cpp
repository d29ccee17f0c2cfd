// SPDX-License-Identifier: MIT
// Checks what the server must have done by now.
#include "server/drain.hpp"
#include "simulation/oracle.hpp"

namespace majuscule::simulation {

void Oracle::check(Time woke) {
  if (closed_ || accepted_at_ == kNever || refused_at_ != kNever) return;
  const Due next = due();
  if (next.latest != kNever && next.latest + rules_.tick + rules_.slack <= woke) {
    fail(std::string("missed the deadline of ") + next.what);
  }
  check_neglect();
  check_drain(woke);
}

// A socket stays ready for what the server must do next, and the server does nothing.
void Oracle::check_neglect() {
  bool ready = socket_->client_reset;
  if (linger_since_ != kNever) {
    ready |= socket_->readable();
  } else if (!unsent_.empty()) {
    ready |= socket_->writable() && !owes_answer();
  } else if (told_to_close_) {
    ready = true;  // must be closed
  } else if (owes_answer()) {
    ready = false;  // its task is in progress
  } else {
    ready |= saw_end_ || !socket_->arrived.empty() || socket_->client_ended;
  }
  if (!ready) {
    neglected_ = 0;
    return;
  }
  if (neglected_++ == 0) neglected_since_ = now();
  if (neglected_ <= Rules::kMostChecks || now() - neglected_since_ <= rules_.slack) return;
  if (socket_->client_reset) return fail("keeps a client that has reset");
  if (told_to_close_ && linger_since_ == kNever && unsent_.empty())
    return fail("does not close after its last answer");
  fail(unsent_.empty() ? "does not read what has arrived" : "does not write though the client reads");
}

void Oracle::check_drain(Time woke) {
  if (rules_.drain_began == kNever || has_begun() || !unsent_.empty() || told_to_close_) return;
  const bool fresh = idle_since_ == kNever;
  const Time end = fresh ? rules_.grace_end : rules_.drain_began + Drain::kHandshakeTime;
  if (end + rules_.tick + rules_.slack < woke) fail("does not close an idle client in a drain");
}

}  // namespace majuscule::simulation
