// SPDX-License-Identifier: MIT
#include "net/resources.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>

namespace majuscule {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ResourceMeter::ResourceMeter() : status_(::open("/proc/self/status", O_RDONLY | O_CLOEXEC)) {}

Resources ResourceMeter::read() const {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  Resources resources;
  resources.user_seconds = seconds(usage.ru_utime);
  resources.system_seconds = seconds(usage.ru_stime);
  resources.voluntary_switches = static_cast<std::uint64_t>(usage.ru_nvcsw);
  resources.involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw);
  std::array<char, 4096> text{};  // more than there is
  const auto size = std::max<ssize_t>(::pread(status_.get(), text.data(), text.size(), 0), 0);
  std::istringstream status(std::string(text.data(), static_cast<std::size_t>(size)));
  for (std::string name; status >> name;) {
    if (name == "VmHWM:") {
      status >> resources.max_rss_bytes;
      resources.max_rss_bytes *= 1024;
    } else if (name == "Threads:") {
      status >> resources.threads;
    }
  }
  return resources;
}

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
