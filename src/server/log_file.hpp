// SPDX-License-Identifier: MIT
// The file of --access-log: opens it, and writes to it from one process.
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
    kUnknown,  ///< the last line may be incomplete: the first write begins with a newline
  };

  /// Opens `name` to append and creates the file if needed. `-` is standard output. A standard descriptor by
  /// another name (/dev/stdout, /dev/fd/1, ...) is duplicated, since opening a socket or another user's file
  /// by that name fails. A FIFO is opened for reading too: opening it then does not wait for a reader, and
  /// readers may come and go. Throws std::system_error with the reason.
  explicit LogFile(std::string name, Begin begin = Begin::kOnANewLine);
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  int fd() const { return fd_.get(); }
  /// Returns `--access-log=NAME`, for messages.
  const std::string& flag() const { return flag_; }
  /// Returns whether `fd` refers to the same file.
  bool is_same_as(int fd) const;

  /// Returns the most bytes for one write, so that lines of other processes do not get between these.
  std::size_t batch_size() const { return is_regular_ ? kLargestBatch : kPipeBatch; }

  /// Reopens the name after the log was renamed; does nothing for a standard descriptor. On failure returns
  /// an errno and keeps the old file. Async-signal-safe.
  int reopen() noexcept;

  struct Written {
    std::uint64_t lost_lines = 0;
    int error = 0;  ///< the reason (errno)
  };
  /// Writes whole lines, each with its newline, and waits for the reader or the disk. Removes the part of a
  /// line that did not fit, where possible; otherwise the next line begins on a new one.
  Written write(std::string_view lines);

 private:
  static constexpr std::size_t kLargestBatch = 256 * 1024;
  static constexpr std::size_t kPipeBatch = 4096;  // PIPE_BUF

  static UniqueFd open(const char* name) noexcept;
  void remove_fragment(std::size_t size);

  const std::string name_;
  const std::string flag_;
  const int standard_;  // the standard descriptor; negative: a file
  UniqueFd fd_;
  bool is_regular_ = false;
  std::atomic<unsigned> reopened_ = 0;
  bool torn_ = false;  // the last line lacks its newline
};

}  // namespace majuscule
