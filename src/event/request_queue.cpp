// SPDX-License-Identifier: MIT
#include "event/request_queue.hpp"

#include <cassert>

#include "http/priority.hpp"

namespace majuscule {

bool RequestQueue::take(Session& session, StageWorker& worker) {
  assert(session.asks());
  const unsigned urgency = order_ == QueueOrder::kPriority ? worker.urgency(session) : kDefaultUrgency;
  if (sessions_.try_push(&session, urgency)) return true;
  worker.refuse(session);
  return false;
}

void RequestQueue::serve(StageWorker& worker, const std::function<void(Session&)>& hand_on) {
  while (const auto next = sessions_.pop()) {
    Session& session = **next;
    assert(session.asks());
    worker.wake_up();
    while (session.asks()) worker.advance(session);
    hand_on(session);
  }
}

}  // namespace majuscule
