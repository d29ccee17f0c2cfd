// SPDX-License-Identifier: MIT
// Sessions with requests that wait for a thread to answer them, and the work of such a thread. A request that
// finds the queue full is answered 503 (HTTP; the connection goes on) or with a close (raw) by whoever brings
// it.
#pragma once

#include <functional>

#include "base/bounded_queue.hpp"
#include "event/stage_worker.hpp"

namespace majuscule {

/// Thread-safe.
class RequestQueue {
 public:
  static constexpr std::size_t kMostWaiting = 1024;

  explicit RequestQueue(QueueOrder order) : order_(order), sessions_(order, kMostWaiting) {}

  /// Takes a session that asks(). False, with its request refused, when the queue is full: it may ask again.
  bool take(Session& session, StageWorker& worker);
  /// Answers requests, with their tasks, until the queue is closed, and hands each session on with its
  /// output.
  void serve(StageWorker& worker, const std::function<void(Session&)>& hand_on);
  /// Ends serve() when all is answered.
  void close() { sessions_.close(); }

 private:
  const QueueOrder order_;
  BoundedQueue<Session*> sessions_;
};

}  // namespace majuscule
