// SPDX-License-Identifier: MIT
// The access log, written by a separate process, so that no reader and no disk can hold up the server.
//
// Any write(2) to a file may wait: a disk may be slow, and a pipe's reader may stop. A thread for it would be
// a second thread in the modes that exist to show one, and would be missing in every forked child. So it is a
// small process. The server's processes put lines into a ring in shared memory, which costs them a lock and a
// copy, and wake the writer when it sleeps. The writer writes whole lines and may wait. A line is lost and
// counted when the ring is full or the write fails. The writer's CPU time and memory are part of /stats.
// Without --access-log there is no such process.
//
// It ends when the server has ended and all is written. No process waits longer than kGracePeriod for it.
#pragma once

#include <sys/types.h>

#include <memory>

#include <spdlog/logger.h>

#include "base/line_ring.hpp"
#include "base/unique_fd.hpp"
#include "http/connection.hpp"
#include "server/log_file.hpp"
#include "server/resource_meter.hpp"

namespace majuscule {

class LogWriter final : public AccessLog {
 public:
  /// How long the end of a server waits for a writer without progress, and how long an orphaned writer goes
  /// on.
  static constexpr Duration kGracePeriod = std::chrono::seconds(1);
  /// How long lines may collect before they are written.
  static constexpr Duration kPause = std::chrono::milliseconds(1);

  /// Opens `file` (LogFile) and forks the writer. Forwards SIGUSR1 to it, which reopens the file. At most one
  /// exists in a process. Throws std::system_error.
  LogWriter(const std::string& file, std::shared_ptr<spdlog::logger> log, ResourceMeter& meter);
  /// Waits until all is written or the writer makes no progress. Then ignores SIGUSR1.
  ~LogWriter() override;

  /// Never waits. Thread-safe, also between the processes that were forked since.
  void write(std::string_view line) override;
  /// Starts another writer if `pid`, which was reaped, was the writer. The lines in the ring are kept; some
  /// that were just written may be written again. Only in the process that started the server.
  void reaped(pid_t pid);
  /// Writes a line of the server's own log to the same file. Returns false when it was lost.
  bool write_message(std::string_view line);
  /// Returns whether the access log and standard error are one file.
  bool shares_standard_error() const { return shares_standard_error_; }
  /// Returns how many lines were lost so far.
  std::uint64_t lost_lines() const { return ring_.lost(); }

 private:
  void start(LogFile::Begin begin);
  [[noreturn]] void run(LogFile& file, UniqueFd alive);
  void write_all(LogFile& file);
  void wake_up();
  void wait_for_end() const;

  const std::string name_;
  const std::string flag_;  // for messages
  bool shares_standard_error_ = false;
  const std::shared_ptr<spdlog::logger> log_;
  ResourceMeter& meter_;
  const pid_t owner_;  // the process that created this object
  Time started_{};
  LineRing ring_;
  UniqueFd wakes_, waker_;  // a pipe: a byte wakes the writer; closing all copies of waker_ ends it
  UniqueFd ended_;          // a pipe whose other end is open in the writer only
  pid_t pid_ = 0;
};

}  // namespace majuscule
