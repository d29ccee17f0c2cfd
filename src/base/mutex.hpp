// SPDX-License-Identifier: MIT
// A mutex and its lock with the annotations that clang's -Wthread-safety checks; those of libstdc++ have
// none.
#pragma once

#include <mutex>

#if defined(__clang__)
#define MAJUSCULE_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define MAJUSCULE_THREAD_ANNOTATION(x)
#endif
#define MAJUSCULE_GUARDED_BY(x) MAJUSCULE_THREAD_ANNOTATION(guarded_by(x))
#define MAJUSCULE_EXCLUDES(x) MAJUSCULE_THREAD_ANNOTATION(locks_excluded(x))
#define MAJUSCULE_REQUIRES(x) MAJUSCULE_THREAD_ANNOTATION(requires_capability(x))

namespace majuscule {

class MAJUSCULE_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() MAJUSCULE_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() MAJUSCULE_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class MAJUSCULE_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) MAJUSCULE_THREAD_ANNOTATION(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() MAJUSCULE_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace majuscule
