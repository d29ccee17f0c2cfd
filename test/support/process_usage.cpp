// SPDX-License-Identifier: MIT
// Reads /proc; see proc(5).
#include "process_usage.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace majuscule::test {

namespace {

std::string folder_of(pid_t pid) { return "/proc/" + std::to_string(pid); }

/// Returns the number after `name` in a file of the process; nothing when it is not there (any more).
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

/// Sums over a process, which must exist, and its descendants, which may end at any moment.
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

/// Returns the inodes of its sockets.
std::set<std::string> sockets_of(pid_t pid) {
  const std::string prefix = "socket:[";
  std::set<std::string> inodes;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator(folder_of(pid) + "/fd", gone)) {
    const std::string target = std::filesystem::read_symlink(entry.path(), gone);
    if (target.starts_with(prefix)) {
      inodes.insert(target.substr(prefix.size(), target.size() - prefix.size() - 1));
    }
  }
  return inodes;
}

}  // namespace

std::int64_t descriptors_of(pid_t pid) {
  return std::distance(std::filesystem::directory_iterator(folder_of(pid) + "/fd"),
                       std::filesystem::directory_iterator());
}

std::int64_t threads_of(pid_t pid) { return sum_of_fields(pid, "status", "Threads:"); }

std::int64_t anonymous_memory_of(pid_t pid) { return sum_of_fields(pid, "smaps_rollup", "Pss_Anon:") * 1024; }

std::int64_t memory_of(pid_t pid) { return sum_of_fields(pid, "smaps_rollup", "Pss:") * 1024; }

std::uint64_t descriptor_limit_of(pid_t pid) {
  std::ifstream limits(folder_of(pid) + "/limits");
  const std::string name = "Max open files";
  for (std::string line; std::getline(limits, line);) {
    if (line.starts_with(name)) {
      return std::stoull(line.substr(name.size()));
    }
  }
  throw std::runtime_error("process " + std::to_string(pid) + " has no limit of descriptors");
}

std::vector<std::uint16_t> listening_ports_of(pid_t pid) {
  const std::set<std::string> sockets = sockets_of(pid);
  std::vector<std::uint16_t> ports;
  std::ifstream table(folder_of(pid) + "/net/tcp");
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
    const std::string kListen = "0A";
    if (fields.size() > 9 && fields[3] == kListen && sockets.contains(fields[9])) {
      const std::string port = fields[1].substr(fields[1].find(':') + 1);
      ports.push_back(static_cast<std::uint16_t>(std::stoul(port, nullptr, 16)));
    }
  }
  return ports;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::ifstream children(folder_of(pid) + "/task/" + std::to_string(pid) + "/children");
  return {std::istream_iterator<pid_t>(children), {}};
}

std::vector<pid_t> serving_children_of(pid_t pid) {
  std::vector<pid_t> children = children_of(pid);
  std::erase_if(children, [](pid_t child) { return name_of(child) == "majuscule-log"; });
  return children;
}

std::string name_of(pid_t pid) {
  std::ifstream file(folder_of(pid) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
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
  stat.ignore(1'000, ')');  // the name may contain any character
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
