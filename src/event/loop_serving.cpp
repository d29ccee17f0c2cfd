// SPDX-License-Identifier: MIT
#include "event/loop_serving.hpp"

#include <cassert>
#include <utility>

#include "event/readiness_driver.hpp"

namespace majuscule {

void LoopServing::resume(ReadinessDriver& driver, Session& session, Wake why) {
  assert((why == Wake::kSlept) == (session.owed != nullptr));
  Connection& connection = *session.connection;
  if (!driver.read_input(session, why)) return driver.close(session);
  if (why == Wake::kSlept)
    connection.respond(std::move(std::exchange(session.owed, {})->reply), driver.now());
  for (;;) {
    while (Request* const request = connection.next_request(driver.now())) {
      Outcome outcome = driver.server().handle(*request, driver.now());
      const Task task = outcome.task;
      if (task.kind != TaskKind::kNone) {
        // Earlier replies must not wait for this task.
        if (!driver.write(session)) return driver.close(session);
        if (task.kind == TaskKind::kSleep) {
          session.owed = std::make_unique<Outcome>(std::move(outcome));
          return driver.sleep(session, task.duration);
        }
        driver.occupy(task);
      }
      connection.respond(std::move(outcome.reply), driver.now());
    }
    if (connection.pending_output().size() == 0) break;
    if (!driver.write(session)) return driver.close(session);
    if (connection.pending_output().size() > 0) break;  // the socket takes no more now
  }
  driver.settle(session);
}

}  // namespace majuscule
