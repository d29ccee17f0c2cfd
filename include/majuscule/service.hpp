// SPDX-License-Identifier: MIT
// The application behind every mode: a request in, a reply and its task out. A service never waits.
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

  /// Answers one request. May take memory out of `request` (move its body into the reply). Must not block. In
  /// modes whose sharing is threads, several threads call it at once.
  ///
  /// An exception of any type fails this request only: the client gets 500 with `Connection: close` (a raw
  /// client gets a close), /stats counts it, and the log reports it at most once a second with the text of a
  /// std::exception. A status outside 200 to 999 is treated as such a failure. After std::bad_alloc the
  /// connection closes without an answer.
  virtual Outcome handle(Request& request, const Instant& now) = 0;
};

}  // namespace majuscule
