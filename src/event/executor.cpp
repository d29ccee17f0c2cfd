// SPDX-License-Identifier: MIT
#include "event/executor.hpp"

#include <cassert>

#include "event/readiness_driver.hpp"

namespace majuscule {

void Executor::resume(ReadinessDriver& driver, Session& session, Wake why) {
  assert(session.phase == Phase::kWaits && !session.owed);
  if (why == Wake::kAccepted) return driver.settle(session);
  session.stage = why == Wake::kReady && session.interest == Interest::kWrite ? Stage::kWrite : Stage::kRead;
  session.why = why;
  session.phase = Phase::kExecutes;
  take(session);
}

}  // namespace majuscule
