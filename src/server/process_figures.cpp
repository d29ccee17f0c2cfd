// SPDX-License-Identifier: MIT
#include "server/process_figures.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>

#include "base/timespec.hpp"

namespace majuscule {
namespace {

std::uint64_t microseconds(const timeval& time) {
  return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::microseconds>(to_duration(time)).count());
}

UniqueFd open_file_of(const std::string& process, const char* name) {
  return UniqueFd(::open(("/proc/" + process + "/" + name).c_str(), O_RDONLY | O_CLOEXEC));
}

std::string contents(const UniqueFd& file) {
  std::array<char, 4096> text{};  // longer than the file
  const auto size = std::max<ssize_t>(::pread(file.get(), text.data(), text.size(), 0), 0);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

Figures figures_of(const rusage& usage) {
  return {microseconds(usage.ru_utime), microseconds(usage.ru_stime),
          static_cast<std::uint64_t>(usage.ru_nvcsw), static_cast<std::uint64_t>(usage.ru_nivcsw)};
}

Figures own_figures() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return figures_of(usage);
}

UniqueFd open_own_status() { return open_file_of("self", "status"); }

ProcessStatus read_status(const UniqueFd& file) {
  ProcessStatus found;
  std::istringstream status(contents(file));
  std::uint64_t value = 0;
  for (std::string name; status >> name;) {
    if (name == "VmHWM:" && status >> value) found.peak_rss = value * 1024;
    if (name == "Threads:" && status >> value) found.threads = value;
    if (name == "voluntary_ctxt_switches:") status >> found.voluntary_switches;
    if (name == "nonvoluntary_ctxt_switches:") status >> found.involuntary_switches;
  }
  return found;
}

ProcessStatus status_of(pid_t pid) { return read_status(open_file_of(std::to_string(pid), "status")); }

void read_cpu_times(pid_t pid, bool is_single_threaded, Figures& figures) {
  const std::string line = contents(open_file_of(std::to_string(pid), "stat"));
  std::istringstream stat(line.substr(line.rfind(')') + 1));  // the name before it may contain any character
  std::string field;
  for (int number = 3; number <= 13 && stat >> field; ++number) {
  }
  const auto tick = static_cast<std::uint64_t>(1'000'000 / ::sysconf(_SC_CLK_TCK));
  if (stat >> figures[kUser] >> figures[kSystem]) {
    figures[kUser] *= tick;
    figures[kSystem] *= tick;
  }
  // For the first thread the kernel gives nanoseconds, but does not split them into user and system time.
  std::uint64_t nanoseconds = 0;
  std::istringstream schedstat(contents(open_file_of(std::to_string(pid), "schedstat")));
  if (const std::uint64_t ticked = figures[kUser] + figures[kSystem];
      is_single_threaded && schedstat >> nanoseconds) {
    figures[kSystem] += std::max(nanoseconds / 1000, ticked) - ticked;
  }
}

}  // namespace majuscule
