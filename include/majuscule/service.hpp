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
  /// Called from several threads at once in modes whose sharing is threads; must not block.
  ///
  /// What it throws, whatever its type, costs this client only: it is answered 500 with `Connection: close`
  /// (a raw client gets a close), which /stats counts and the log tells once a second with the text of a
  /// std::exception; the server goes on. A reply whose status is not from 200 to 999 counts as such a
  /// failure. std::bad_alloc is taken for what it says: the client is closed without an answer.
  virtual Outcome handle(Request& request, const Instant& now) = 0;
};

}  // namespace majuscule
