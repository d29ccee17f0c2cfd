// SPDX-License-Identifier: MIT
#include "base/thread.hpp"

#include <signal.h>

#include <cassert>
#include <cerrno>
#include <memory>
#include <new>

namespace majuscule {
namespace {

/// Attributes of all threads, detached or joinable.
class Attributes {
 public:
  explicit Attributes(int detach_state) {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_attr_init(&attributes_);
    [[maybe_unused]] const int error = ::pthread_attr_setstacksize(&attributes_, kClientStackSize);
    assert(error == 0);
    ::pthread_attr_setdetachstate(&attributes_, detach_state);
    ::pthread_attr_setsigmask_np(&attributes_, &all);
  }
  ~Attributes() { ::pthread_attr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const pthread_attr_t* get() const { return &attributes_; }

 private:
  pthread_attr_t attributes_;
};

void* run(void* argument) {
  const std::unique_ptr<std::function<void()>> work(static_cast<std::function<void()>*>(argument));
  (*work)();
  return nullptr;
}

}  // namespace

bool start_detached_thread(void* (*run)(void*), void* argument) {
  static const Attributes kAttributes(PTHREAD_CREATE_DETACHED);
  pthread_t thread{};
  return ::pthread_create(&thread, kAttributes.get(), run, argument) == 0;
}

int start_joinable_thread(std::function<void()> work, pthread_t& thread) {
  static const Attributes kAttributes(PTHREAD_CREATE_JOINABLE);
  std::unique_ptr<std::function<void()>> argument(new (std::nothrow) std::function<void()>(std::move(work)));
  if (!argument) return ENOMEM;
  const int error = ::pthread_create(&thread, kAttributes.get(), run, argument.get());
  if (error == 0) static_cast<void>(argument.release());  // the thread owns it
  return error;
}

}  // namespace majuscule
