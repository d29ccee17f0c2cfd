// SPDX-License-Identifier: MIT
// A child process of the test. What it writes lands in two memory files, so it never blocks on a pipe that
// nobody reads. The child dies with the test program, and the test only ever signals this child, by its pid.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "inheritance.hpp"
#include "patience.hpp"
#include "unique_fd.hpp"

namespace majuscule::test {

class Process {
 public:
  struct Limits {
    std::optional<unsigned> descriptors = std::nullopt;  // RLIMIT_NOFILE of the child
    // RLIMIT_NPROC: the child runs as a user that nobody else is, which needs root.
    std::optional<unsigned> threads = std::nullopt;
    std::optional<unsigned> address_space = std::nullopt;  // RLIMIT_AS, in bytes
    struct Refusal {
      int call;  // its number: SYS_...
      int error;
      std::optional<unsigned> first_argument = std::nullopt;  // only where this is the call's first one
    };
    std::optional<Refusal> refusal = std::nullopt;  // of a system call, by a seccomp(2) filter
    Inheritance inheritance = {};
  };

  /// Starts `program` with `arguments` (without argv[0]). Throws std::system_error when it cannot fork; a
  /// program that cannot be executed exits 127. Call it on the main thread: the child is told to die with its
  /// caller. The child has copies of `descriptors` as 3, 4 and so on.
  Process(const std::string& program, const std::vector<std::string>& arguments, Limits limits,
          const std::vector<int>& descriptors = {});
  Process(const std::string& program, const std::vector<std::string>& arguments)
      : Process(program, arguments, Limits()) {}
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Kills the child when it still runs.
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// True until the child has ended.
  [[nodiscard]] bool is_running();

  /// Sends `number` to the child. Nothing when it has already ended.
  void signal(int number);

  /// The exit code, or 128 + the signal that ended it; nothing when it still runs after `limit`.
  [[nodiscard]] std::optional<int> wait(milliseconds limit = patience());

  /// Everything written so far; nothing where the test has given a descriptor of its own.
  [[nodiscard]] std::string standard_output() const;
  [[nodiscard]] std::string standard_error() const;

 private:
  UniqueFd output_;
  UniqueFd error_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

/// What a command that ends by itself did.
struct Outcome {
  int exit_code;
  std::string output;
  std::string error;
};

/// The path of the program under test, from MAJUSCULE_BINARY. Throws when it is not set: a suite that tested
/// nothing must not pass.
[[nodiscard]] std::string majuscule_binary();

/// Runs `majuscule` with `arguments` to its end. Throws when it does not end within patience().
[[nodiscard]] Outcome run_majuscule(const std::vector<std::string>& arguments, Process::Limits limits = {});

}  // namespace majuscule::test
