// SPDX-License-Identifier: MIT
#include "net/descriptors.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace majuscule {

void reserve_descriptors(std::size_t count) {
  // The kernel grows the table to hold this one, and keeps it so.
  const int highest = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, static_cast<int>(count));
  if (highest >= 0) ::close(highest);
}

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace majuscule
