// SPDX-License-Identifier: MIT
// Writes a line to an inherited descriptor without waiting for its reader: the line is written at once or not
// at all.
//
// O_NONBLOCK belongs to the open file description, which other programs share: a shell would find its
// terminal changed. So a pipe or a terminal is opened once more by its name in /proc, and only that
// description is non-blocking. A socket has MSG_DONTWAIT. A file that cannot be opened again (another user's)
// is checked with poll(2) first. A regular file has no reader, but write(2) waits for the disk.
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
  /// A pipe takes up to this many bytes as a whole, whatever other processes write to it (pipe(7)).
  static constexpr std::size_t kLongestLine = PIPE_BUF;

  /// Borrows `fd`.
  explicit LineOutput(int fd);
  LineOutput(const LineOutput&) = delete;
  LineOutput& operator=(const LineOutput&) = delete;

  /// Returns the descriptor that is written to.
  int descriptor() const { return reopened_ ? reopened_.get() : fd_; }

  /// Writes `line`, which ends with its newline; a longer one is truncated to kLongestLine bytes. Returns
  /// false with an errno when it was not written: EAGAIN when it would have to wait. Thread-safe and
  /// async-signal-safe.
  bool write(std::string_view line) noexcept;

 private:
  enum class Kind : std::uint8_t { kRegular, kSocket, kReopened, kPolled };

  static Kind kind_of(int fd, UniqueFd& reopened);
  ssize_t attempt(std::string_view text) const noexcept;

  const int fd_;
  UniqueFd reopened_;
  const Kind kind_;
  std::atomic<bool> torn_ = false;  // the last line lacks its newline
};

/// Returns the standard error of this process. The first call must come while there is one thread; later ones
/// may come from signal handlers.
LineOutput& standard_error();

/// Writes `majuscule: ` and `text` to standard error if it can be written at once. Async-signal-safe after
/// the first call of standard_error().
void say(std::string_view text) noexcept;

/// Writes all of `text`, such as --help, and waits for the reader.
std::error_code write_all(int fd, std::string_view text);

}  // namespace majuscule
