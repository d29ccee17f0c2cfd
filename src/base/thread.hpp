// SPDX-License-Identifier: MIT
// Threads by the thousand: with small stacks, deaf to signals (the main thread hears those).
#pragma once

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <utility>

namespace majuscule {

/// What a client's conversation may need, in bytes; reserved, and it touches two or three pages of it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::size_t kClientStackSize = 1024 * 1024;  // instrumented frames are large
#else
inline constexpr std::size_t kClientStackSize = 64 * 1024;
#endif

/// Runs `run(argument)` on a new thread that is not joined. False when the system has no thread for it.
bool start_detached_thread(void* (*run)(void*), void* argument);

/// Calls `work` on a new thread that is not joined, and destroys it there. False, with `work` as it was, when
/// the system has no thread or no memory for it.
template <typename Work>
bool start_thread(Work& work) {
  std::unique_ptr<Work> moved(new (std::nothrow) Work(std::move(work)));
  if (!moved) return false;
  const auto run = [](void* argument) -> void* {
    (*std::unique_ptr<Work>(static_cast<Work*>(argument)))();
    return nullptr;
  };
  if (start_detached_thread(run, moved.get())) {
    static_cast<void>(moved.release());  // it is the thread's
    return true;
  }
  work = std::move(*moved);
  return false;
}

/// The same for a thread that is to be joined (pthread_join(3)). Returns an errno; 0: it runs.
int start_joinable_thread(std::function<void()> work, pthread_t& thread);

}  // namespace majuscule
