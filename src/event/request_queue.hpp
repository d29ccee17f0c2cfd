// SPDX-License-Identifier: MIT
// A queue of sessions whose requests wait for a thread, and the loop of such a thread. When the queue is
// full, the thread that brings the request answers 503 (HTTP; the connection stays open) or closes (raw).
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

  /// Queues a session that asks(). When the queue is full, refuses its request and returns false: the session
  /// may ask again.
  bool take(Session& session, StageWorker& worker);
  /// Answers requests and does their tasks until the queue is closed. Hands each session on with its output.
  void serve(StageWorker& worker, const std::function<void(Session&)>& hand_on);
  /// Ends serve() once all queued requests are answered.
  void close() { sessions_.close(); }

 private:
  const QueueOrder order_;
  BoundedQueue<Session*> sessions_;
};

}  // namespace majuscule
