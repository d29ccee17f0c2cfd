// SPDX-License-Identifier: MIT
// A pipe that a program under test writes into, with a reader that reads only when the test asks: a log
// collector that is stuck or has died. By default it holds 4 KiB, so that it is soon full.
#pragma once

#include <string>

#include "patience.hpp"
#include "unique_fd.hpp"

namespace majuscule::test {

class Pipe {
 public:
  /// An unnamed pipe.
  explicit Pipe(int capacity = 4096);
  /// The FIFO at `path`, which is created if needed.
  explicit Pipe(const std::string& path, int capacity = 4096);

  /// Returns the end for a program.
  [[nodiscard]] int writer() const { return writer_.get(); }

  /// Closes the test's copy: from now on only the programs keep this end open, as in a shell pipeline.
  void close_writer() { writer_.close(); }

  /// Ends the reader.
  void close_reader() { reader_.close(); }

  /// Writes until the pipe is completely full, in lines that no program writes: "filling\n".
  void fill() const;

  /// Reads everything that is there now, without waiting.
  std::string read_now();

  /// Returns everything that read_now() and `shows()` have read so far.
  [[nodiscard]] const std::string& text() const { return text_; }

  /// Reads until `part` has appeared. Returns false after `limit`.
  [[nodiscard]] bool shows(const std::string& part, milliseconds limit = patience());

  /// Reads until no program has the other end open, and returns the whole text without the filling.
  [[nodiscard]] std::string text_to_the_end();

 private:
  void set_capacity(int capacity);

  UniqueFd reader_;  // non-blocking; the writers' mode is theirs
  UniqueFd writer_;
  std::string text_;
  bool at_end_ = false;
};

}  // namespace majuscule::test
