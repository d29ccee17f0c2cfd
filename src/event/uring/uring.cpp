// SPDX-License-Identifier: MIT
#include "event/uring/uring.hpp"

#if defined(__SANITIZE_THREAD__)
#include <poll.h>
#endif
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "base/monotonic.hpp"
#include "base/timespec.hpp"

namespace majuscule {
namespace {

std::string reason_of(int error) {
  switch (error) {
    case ENOSYS: return "this kernel has no io_uring";
    case EPERM: return "io_uring is disabled (sysctl kernel.io_uring_disabled, or a seccomp filter)";
    case EINVAL: return "its io_uring needs Linux 6.0 or later";
    default: return "io_uring_setup: " + std::system_category().message(error);
  }
}

/// The thread sanitizer delays a signal until the thread makes a call that it intercepts, and it does not
/// intercept this one. So with it, signals arrive only while the kernel waits, and are delivered right
/// afterwards. Without it, this class is empty.
class SignalsInWait {
 public:
#if defined(__SANITIZE_THREAD__)
  SignalsInWait() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
    ::poll(nullptr, 0, 0);  // delivers pending signals
  }
  ~SignalsInWait() {
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    ::poll(nullptr, 0, 0);
  }
  SignalsInWait(const SignalsInWait&) = delete;
  SignalsInWait& operator=(const SignalsInWait&) = delete;
  sigset_t* mask() { return &before_; }

 private:
  sigset_t before_{};
#else
  static sigset_t* mask() { return nullptr; }
#endif
};

}  // namespace

Uring::Uring() {
  // These flags came with Linux 6.0, as did multishot receive, whose support cannot be queried.
  constexpr unsigned kNeeded = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER;
  int error = 0;
  // Completing only inside this thread's calls saves interrupting it. Before Linux 6.1 the second flag saves
  // most of that.
  for (const unsigned wanted : {IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_COOP_TASKRUN}) {
    io_uring_params parameters{};
    parameters.flags = kNeeded | wanted;
    parameters.cq_entries = kCompletions;
    error = -::io_uring_queue_init_params(kEntries, &ring_, &parameters);
    if (error != EINVAL) break;
  }
  if (error != 0) throw std::runtime_error(reason_of(error));
  ::io_uring_register_ring_fd(&ring_);  // saves the lookup of the descriptor in each call, where supported
}

void Uring::wait(Time until) {
  SignalsInWait signals;
  io_uring_cqe* first = nullptr;
  if (until == kNever) {
    ::io_uring_submit_and_wait_timeout(&ring_, &first, 1, nullptr, signals.mask());
    return;
  }
  const timespec rest = to_timespec(std::max(until - monotonic_now(), Duration::zero()));
  __kernel_timespec limit{rest.tv_sec, rest.tv_nsec};
  ::io_uring_submit_and_wait_timeout(&ring_, &first, 1, &limit, signals.mask());
}

io_uring_sqe* Uring::take_entry() {
  for (;;) {
    if (io_uring_sqe* const entry = ::io_uring_get_sqe(&ring_)) return entry;
    submit();
  }
}

}  // namespace majuscule
