// SPDX-License-Identifier: MIT
// A flag that threads wait for by its descriptor: once raised, it stays readable (eventfd(2)).
#pragma once

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>

#include "base/unique_fd.hpp"

namespace majuscule {

class EventFlag {
 public:
  /// Throws std::system_error.
  EventFlag() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!fd_) throw std::system_error(errno, std::system_category(), "eventfd");
  }

  /// Readable from the first raise() on.
  int fd() const { return fd_.get(); }
  /// Thread-safe and async-signal-safe.
  void raise() const { ::eventfd_write(fd_.get(), 1); }

 private:
  UniqueFd fd_;
};

}  // namespace majuscule
