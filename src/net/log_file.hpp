// SPDX-License-Identifier: MIT
// The file of --access-log: it grows a line at a time, and SIGUSR1 opens it anew, after somebody renamed it
// (logrotate). The signal handler itself puts the new file in the place of the old one: no lock, no wake-up,
// and so at once in every mode, even while its only thread is stuck in a task. Processes that were forked
// since it was opened need no signal: each opens it anew before it writes its next line.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "net/shared_array.hpp"
#include "net/unique_fd.hpp"

namespace majuscule {

class LogFile {
 public:
  /// Opens `path` to append, and makes it if need be. Takes over SIGUSR1: one at a time in a process. Throws
  /// std::system_error.
  explicit LogFile(std::string path);
  /// SIGUSR1 is ignored from here on.
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  /// One write(2), which nobody else's can split (O_APPEND). Throws std::system_error when it took less than
  /// all. Thread-safe.
  void append(std::string_view line);

 private:
  void follow();

  const std::string path_;
  UniqueFd fd_;
  const SharedArray<std::atomic<unsigned>> opened_{1};  // how often, in all processes
  std::atomic<unsigned> opened_here_ = 0;               // the last one that fd_ knows of
  std::atomic<bool> torn_ = false;                      // the last line lacks its end
};

}  // namespace majuscule
