// SPDX-License-Identifier: MIT
// A pipe that a program under test writes into, with a reader that reads only when the test says so: a log
// collector that stands still, or has died. Unless a test asks for more it holds 4 KiB, so that it is soon
// full.
#pragma once

#include <string>

#include "patience.hpp"
#include "unique_fd.hpp"

namespace majuscule::test {

class Pipe {
 public:
  /// An unnamed one.
  explicit Pipe(int capacity = 4096);
  /// The named one at `path`, which it makes unless it is there.
  explicit Pipe(const std::string& path, int capacity = 4096);

  /// What to give to a program.
  [[nodiscard]] int writer() const { return writer_.get(); }

  /// From now on only the programs that have the other end keep it open, as a shell leaves a pipeline.
  void close_writer() { writer_.close(); }

  /// The reader dies.
  void close_reader() { reader_.close(); }

  /// Writes until not one more byte fits in. The bytes are lines that no program writes: "filling\n".
  void fill() const;

  /// Takes out everything that is there now, without waiting.
  std::string read_now();

  /// Everything that was read so far, by read_now() and by `shows()`.
  [[nodiscard]] const std::string& text() const { return text_; }

  /// Reads on until `part` has come. False after `limit`.
  [[nodiscard]] bool shows(const std::string& part, milliseconds limit = patience());

  /// Reads on until no program has the other end any more, and returns the whole text without the filling.
  [[nodiscard]] std::string text_to_the_end();

 private:
  void set_capacity(int capacity);

  UniqueFd reader_;  // without waiting; how the writers wait is theirs
  UniqueFd writer_;
  std::string text_;
  bool at_end_ = false;
};

}  // namespace majuscule::test
