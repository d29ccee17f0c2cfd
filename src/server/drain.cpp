// SPDX-License-Identifier: MIT
#include "server/drain.hpp"

#include <algorithm>
#include <cassert>

namespace majuscule {

void Drain::begin(Time now, Duration timeout) {
  assert(!begun_);
  begun_ = true;
  idle_at_ = now + kHandshakeTime;
  queue_at_ = idle_at_;
  fresh_end_ = fresh_at_ = now + kFreshGrace;
  abort_at_ = now + timeout;
}

Drain::Step Drain::take_step(Time now, bool accepts) {
  const bool takes_queue = accepts && !arrivals_ended_;
  const Time queue_at = takes_queue ? queue_at_ : kNever;
  const Time first = std::min({idle_at_, queue_at, fresh_at_, abort_at_});
  if (first > now || first == kNever) return Step::kNone;
  assert(begun_ && !aborted_);
  if (first == idle_at_) {
    idle_at_ = kNever;
    idle_closed_ = true;
    return Step::kCloseIdle;
  }
  if (first == queue_at) {
    queue_at_ = kNever;
    return Step::kTakeQueued;
  }
  if (first == fresh_at_) {
    fresh_at_ = kNever;
    return Step::kCloseIdle;
  }
  aborted_ = true;
  arrivals_ended_ = true;
  idle_at_ = queue_at_ = fresh_at_ = abort_at_ = kNever;
  return Step::kAbort;
}

Time Drain::next_time() const {
  return std::min({idle_at_, arrivals_ended_ ? kNever : queue_at_, fresh_at_, abort_at_});
}

void Drain::queue_taken(Time now, bool some_left) {
  assert(begun_ && queue_at_ == kNever);
  if (aborted_) return;
  if (some_left) {
    queue_at_ = now + kHandshakeTime;
  } else {
    arrivals_ended_ = true;
  }
}

void Drain::client_came(Time now) {
  assert(begun_);
  if (aborted_) return;
  fresh_end_ = fresh_at_ = std::max(fresh_end_, now + kFreshGrace);
}

}  // namespace majuscule
