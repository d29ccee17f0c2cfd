// SPDX-License-Identifier: MIT
#include "base/descriptors.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace majuscule {
namespace {

// close_range(2) came with Linux 5.9.
void close_between(unsigned first, unsigned last) {
  if (::close_range(first, last, 0) == 0) return;
  const auto end = std::min(last, static_cast<unsigned>(raise_descriptor_limit()));
  for (unsigned fd = first; fd <= end; ++fd) ::close(static_cast<int>(fd));
}

}  // namespace

void reserve_descriptors(std::size_t count) {
  // The kernel grows the table to hold this number, and does not shrink it.
  const auto highest_wanted = static_cast<int>(std::min(count, kMostReserved));
  const int highest = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, highest_wanted);
  if (highest >= 0) ::close(highest);
}

void close_all_but(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned next = STDERR_FILENO + 1;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(std::max(fd, 0));
    if (number < next) continue;
    if (number > next) close_between(next, number - 1);
    next = number + 1;
  }
  close_between(next, ~0U);
}

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return std::min<std::size_t>(limit.rlim_cur, kMostDescriptors);
}

}  // namespace majuscule
