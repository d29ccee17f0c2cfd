// SPDX-License-Identifier: MIT
// Sets up spdlog: the server's log on standard error, coloured on a terminal and plain elsewhere. A message
// that cannot be written at once is dropped; the next message that can be written is preceded by the number
// of dropped ones. With one thread the sink has no lock, with several it has one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <spdlog/logger.h>

#include "base/shared_array.hpp"
#include "majuscule/mode.hpp"

namespace majuscule {

class LogWriter;

class Log {
 public:
  /// Throws std::system_error.
  Log(Sharing sharing, const std::string& level);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  const std::shared_ptr<spdlog::logger>& logger() const { return logger_; }
  /// From now on messages go to standard error through `writer`, which writes to the same file, so that no
  /// message splits a long line; null: directly again. To be called while there is one thread.
  void write_through(LogWriter* writer) { writer_ = writer; }
  /// Returns how many messages were dropped by all processes that were forked since. Thread-safe.
  std::uint64_t lost_messages() const { return counts_[0].lost; }
  /// Writes a line with its newline. Returns false when it was dropped and counted.
  bool write(std::string_view line);

 private:
  struct Counts {
    std::atomic<std::uint64_t> lost = 0;
    std::atomic<std::uint64_t> unreported = 0;
  };

  bool put(std::string_view line);

  const SharedArray<Counts> counts_{1};
  LogWriter* writer_ = nullptr;
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace majuscule
