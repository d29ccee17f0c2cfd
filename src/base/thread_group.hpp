// SPDX-License-Identifier: MIT
// A pool of threads that all do the same work and are joined at the end.
#pragma once

#include <pthread.h>

#include <functional>
#include <vector>

namespace majuscule {

class ThreadGroup {
 public:
  /// Starts `size` threads, each of which runs `work` once. `end` must make all of them return, also those
  /// that have not begun yet. Throws std::system_error, with no thread left, when not all can be started.
  ThreadGroup(std::size_t size, std::function<void()> work, std::function<void()> end);
  /// Calls `end` and joins all threads.
  ~ThreadGroup();
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;

 private:
  void stop();

  const std::function<void()> work_;
  const std::function<void()> end_;
  std::vector<pthread_t> threads_;
};

}  // namespace majuscule
