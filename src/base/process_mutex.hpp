// SPDX-License-Identifier: MIT
// A mutex in memory that processes share. When its owner dies, the next process gets it
// (pthread_mutexattr_setrobust(3)).
#pragma once

#include <pthread.h>

#include <cassert>
#include <cerrno>

#include "base/mutex.hpp"

namespace majuscule {

/// Never destroyed, since another process may hold it. The data it guards must be usable as a dead owner left
/// it.
class MAJUSCULE_THREAD_ANNOTATION(capability("mutex")) ProcessMutex {
 public:
  /// Between threads of one process, an ordinary mutex is enough and costs less.
  explicit ProcessMutex(bool for_processes) {
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    if (for_processes) {
      ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
      ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    }
    ::pthread_mutex_init(&mutex_, &attributes);
    ::pthread_mutexattr_destroy(&attributes);
  }
  ProcessMutex(const ProcessMutex&) = delete;
  ProcessMutex& operator=(const ProcessMutex&) = delete;

  void lock() MAJUSCULE_THREAD_ANNOTATION(acquire_capability()) {
    const int error = ::pthread_mutex_lock(&mutex_);
    assert(error == 0 || error == EOWNERDEAD);
    if (error == EOWNERDEAD) ::pthread_mutex_consistent(&mutex_);
  }
  void unlock() MAJUSCULE_THREAD_ANNOTATION(release_capability()) {
    [[maybe_unused]] const int error = ::pthread_mutex_unlock(&mutex_);
    assert(error == 0);
  }

 private:
  pthread_mutex_t mutex_;
};

class MAJUSCULE_THREAD_ANNOTATION(scoped_lockable) ProcessMutexLock {
 public:
  explicit ProcessMutexLock(ProcessMutex& mutex) MAJUSCULE_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~ProcessMutexLock() MAJUSCULE_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  ProcessMutexLock(const ProcessMutexLock&) = delete;
  ProcessMutexLock& operator=(const ProcessMutexLock&) = delete;

 private:
  ProcessMutex& mutex_;
};

}  // namespace majuscule
