// SPDX-License-Identifier: MIT
// The application behind every mode: a request in, a reply and the task it owes out. It never waits itself.
#pragma once

#include "majuscule/instant.hpp"
#include "majuscule/reply.hpp"
#include "majuscule/request.hpp"
#include "majuscule/task.hpp"

namespace majuscule {

struct Outcome {
  Reply reply;
  Task task;  ///< done by the mode between the request and its reply
};

class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  /// Answers one request. May take memory out of `request` (move its body into the reply).
  /// Called from several threads at once in modes whose sharing is threads; must not throw and must not
  /// block.
  virtual Outcome handle(Request& request, const Instant& now) = 0;
};

}  // namespace majuscule
