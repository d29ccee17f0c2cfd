// SPDX-License-Identifier: MIT
// Writes a line to a descriptor that the process was given, and never waits for its reader: the line is
// written at once or not at all.
//
// O_NONBLOCK belongs to the open file, which other programs share: a shell would find its terminal changed.
// So a pipe or a terminal is opened once more by its name in /proc, and only that one is non-blocking; a
// socket has MSG_DONTWAIT. Where the file cannot be opened again (another user's), poll(2) is asked first. A
// regular file has no reader, but write(2) waits for the disk.
#pragma once

#include <limits.h>

#include <atomic>
#include <cstddef>
#include <string_view>
#include <system_error>

#include "base/unique_fd.hpp"

namespace majuscule {

class LineOutput {
 public:
  /// A pipe takes so many bytes whole, whatever other processes write to it (pipe(7)).
  static constexpr std::size_t kLongestLine = PIPE_BUF;

  /// Borrows `fd`.
  explicit LineOutput(int fd);
  LineOutput(const LineOutput&) = delete;
  LineOutput& operator=(const LineOutput&) = delete;

  /// The descriptor that is written to.
  int descriptor() const { return reopened_ ? reopened_.get() : fd_; }

  /// Writes `line`, which ends with its newline; a longer one is cut to kLongestLine bytes. False with an
  /// errno when it was not written: EAGAIN when that would have to wait. Thread-safe and async-signal-safe.
  bool write(std::string_view line) noexcept;

 private:
  enum class Kind : std::uint8_t { kRegular, kSocket, kReopened, kPolled };

  static Kind kind_of(int fd, UniqueFd& reopened);
  ssize_t attempt(std::string_view text) const noexcept;

  const int fd_;
  UniqueFd reopened_;
  const Kind kind_;
  std::atomic<bool> torn_ = false;  // the last line lacks its end
};

/// The standard error of this process. First called while there is one thread; then also in signal handlers.
LineOutput& standard_error();

/// Writes `majuscule: ` and `text` there, if it can be written at once. Async-signal-safe after the first
/// call of standard_error().
void say(std::string_view text) noexcept;

/// Writes all of a text that was asked for, like --help, and waits for the reader.
std::error_code write_all(int fd, std::string_view text);

}  // namespace majuscule
