// SPDX-License-Identifier: MIT
// Reads /proc; see proc(5).
#include "process_usage.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>

namespace majuscule::test {

namespace {

std::string folder_of(pid_t pid) { return "/proc/" + std::to_string(pid); }

/// The number behind `name` in a file of the process; nothing when it is not there (any more).
std::optional<std::int64_t> field_of(pid_t pid, const std::string& file, const std::string& name) {
  std::ifstream lines(folder_of(pid) + "/" + file);
  for (std::string word; lines >> word;) {
    std::int64_t value = 0;
    if (word == name && lines >> value) {
      return value;
    }
  }
  return std::nullopt;
}

/// Added up over a process, which must be there, and all below it, which may go at any moment.
std::int64_t sum_of_fields(pid_t pid, const std::string& file, const std::string& name) {
  const std::optional<std::int64_t> own = field_of(pid, file, name);
  if (!own) {
    throw std::runtime_error("process " + std::to_string(pid) + " has no " + name);
  }
  std::int64_t sum = *own;
  std::vector<pid_t> below = children_of(pid);
  while (!below.empty()) {
    const pid_t next = below.back();
    below.pop_back();
    sum += field_of(next, file, name).value_or(0);
    const std::vector<pid_t> deeper = children_of(next);
    below.insert(below.end(), deeper.begin(), deeper.end());
  }
  return sum;
}

}  // namespace

std::int64_t descriptors_of(pid_t pid) {
  return std::distance(std::filesystem::directory_iterator(folder_of(pid) + "/fd"),
                       std::filesystem::directory_iterator());
}

std::int64_t threads_of(pid_t pid) { return sum_of_fields(pid, "status", "Threads:"); }

std::int64_t anonymous_memory_of(pid_t pid) { return sum_of_fields(pid, "smaps_rollup", "Pss_Anon:") * 1024; }

std::vector<pid_t> children_of(pid_t pid) {
  std::ifstream children(folder_of(pid) + "/task/" + std::to_string(pid) + "/children");
  return {std::istream_iterator<pid_t>(children), {}};
}

bool is_alive(pid_t pid) {
  try {
    return state_of(pid) != 'Z';
  } catch (const std::runtime_error&) {
    return false;
  }
}

char state_of(pid_t pid) {
  std::ifstream stat(folder_of(pid) + "/stat");
  stat.ignore(1'000, ')');
  char state = 0;
  if (!(stat >> state)) {
    throw std::runtime_error("process " + std::to_string(pid) + " has no state");
  }
  return state;
}

std::chrono::milliseconds cpu_time_of(pid_t pid) {
  std::ifstream stat(folder_of(pid) + "/stat");
  stat.ignore(1'000, ')');  // the name may hold anything
  std::string field;
  for (int number = 3; number <= 13 && stat >> field; ++number) {
  }
  std::int64_t user = 0;
  std::int64_t system = 0;
  if (!(stat >> user >> system)) {
    throw std::runtime_error("process " + std::to_string(pid) + " has no times");
  }
  return std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

}  // namespace majuscule::test
