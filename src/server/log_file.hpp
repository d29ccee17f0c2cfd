// SPDX-License-Identifier: MIT
// The file that --access-log names: how it is opened, and what is written to it by the one process that does.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"

namespace majuscule {

class LogFile {
 public:
  enum class Begin : std::uint8_t {
    kOnANewLine,
    kUnknown,  ///< the last line of the file may lack its end: the first one begins with a newline
  };

  /// Opens `name` to append, and makes the file if need be. `-` is standard output. A standard descriptor by
  /// another name (/dev/stdout, /dev/fd/1, ...) is duplicated, since opening a socket, or the file of another
  /// user, by that name fails. A FIFO is opened for reading too: opening it then waits for no reader, and
  /// readers may come and go. Throws std::system_error with the reason.
  explicit LogFile(std::string name, Begin begin = Begin::kOnANewLine);
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  int fd() const { return fd_.get(); }
  /// `--access-log=NAME`, for messages.
  const std::string& flag() const { return flag_; }
  /// Whether that is the file behind `fd`.
  bool is_same_as(int fd) const;

  /// What one write should have at most, in bytes, so that lines of others do not get between these.
  std::size_t batch_size() const { return is_regular_ ? kLargestBatch : kPipeBatch; }

  /// Opens the name anew, as a log that was renamed asks for; does nothing to a standard descriptor. Returns
  /// an errno, and keeps the old file, when that fails. Async-signal-safe.
  int reopen() noexcept;

  struct Written {
    std::uint64_t lost_lines = 0;
    int error = 0;  ///< why (errno)
  };
  /// Writes whole lines, each with its newline, and waits for the reader or the disk. What is left of a line
  /// that did not fit is removed again where that is possible; elsewhere the next line begins on a new one.
  Written write(std::string_view lines);

 private:
  static constexpr std::size_t kLargestBatch = 256 * 1024;
  static constexpr std::size_t kPipeBatch = 4096;  // PIPE_BUF

  static UniqueFd open(const char* name) noexcept;
  void remove_fragment(std::size_t size);

  const std::string name_;
  const std::string flag_;
  const int standard_;  // the descriptor that the name stands for; negative: a file
  UniqueFd fd_;
  bool is_regular_ = false;
  std::atomic<unsigned> reopened_ = 0;
  bool torn_ = false;  // the last line lacks its end
};

}  // namespace majuscule
