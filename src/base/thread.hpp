// SPDX-License-Identifier: MIT
// Threads with small stacks and all signals blocked; the main thread handles signals.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <utility>

namespace majuscule {

/// The stack of a client's thread, in bytes: reserved address space, of which it touches two or three pages.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::size_t kClientStackSize = 1024 * 1024;  // instrumented frames are large
#else
inline constexpr std::size_t kClientStackSize = 64 * 1024;
#endif

/// Runs `run(argument)` on a new detached thread. Returns false when the system refuses another thread.
bool start_detached_thread(void* (*run)(void*), void* argument);

/// Calls `work` on a new detached thread and destroys it there. Returns false and leaves `work` as it was
/// when the system refuses a thread or memory.
template <typename Work>
bool start_thread(Work& work) {
  std::unique_ptr<Work> moved(new (std::nothrow) Work(std::move(work)));
  if (!moved) return false;
  const auto run = [](void* argument) -> void* {
    (*std::unique_ptr<Work>(static_cast<Work*>(argument)))();
    return nullptr;
  };
  if (start_detached_thread(run, moved.get())) {
    static_cast<void>(moved.release());  // the thread owns it
    return true;
  }
  work = std::move(*moved);
  return false;
}

/// Calls `work` on a new thread that must be joined (pthread_join(3)). Returns an errno; 0: it runs.
int start_joinable_thread(std::function<void()> work, pthread_t& thread);

}  // namespace majuscule
