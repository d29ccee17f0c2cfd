// SPDX-License-Identifier: MIT
// A child process of the test. It writes into two memory files, so it never blocks on an unread pipe. The
// child dies with the test program. The test signals only this child, by its pid.
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
    // RLIMIT_NPROC: the child runs as a user without other processes, which needs root.
    std::optional<unsigned> threads = std::nullopt;
    std::optional<unsigned> address_space = std::nullopt;  // RLIMIT_AS, in bytes
    struct Refusal {
      int call;  // its number: SYS_...
      int error;
      std::optional<unsigned> first_argument = std::nullopt;  // only if this is the call's first argument
    };
    std::optional<Refusal> refusal = std::nullopt;  // of a system call, by a seccomp(2) filter
    Inheritance inheritance = {};
  };

  /// Starts `program` with `arguments` (without argv[0]). Throws std::system_error when it cannot fork; a
  /// program that cannot be executed exits with 127. To be called on the main thread, since the child dies
  /// with the thread that forked it. The child has copies of `descriptors` as 3, 4 and so on.
  Process(const std::string& program, const std::vector<std::string>& arguments, Limits limits,
          const std::vector<int>& descriptors = {});
  Process(const std::string& program, const std::vector<std::string>& arguments)
      : Process(program, arguments, Limits()) {}
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Kills the child when it still runs.
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Returns true until the child has ended.
  [[nodiscard]] bool is_running();

  /// Sends `number` to the child, unless it has ended.
  void signal(int number);

  /// Returns the exit code, or 128 + the signal that ended it; nothing when it still runs after `limit`.
  [[nodiscard]] std::optional<int> wait(milliseconds limit = patience());

  /// Returns everything written so far; nothing where the test has passed its own descriptor.
  [[nodiscard]] std::string standard_output() const;
  [[nodiscard]] std::string standard_error() const;

 private:
  UniqueFd output_;
  UniqueFd error_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

/// The result of a command that has ended.
struct Outcome {
  int exit_code;
  std::string output;
  std::string error;
};

/// Returns the path of the program under test, from MAJUSCULE_BINARY. Throws when it is not set, so that a
/// suite that tests nothing does not pass.
[[nodiscard]] std::string majuscule_binary();

/// Runs `majuscule` with `arguments` to its end. Throws when it does not end within patience().
[[nodiscard]] Outcome run_majuscule(const std::vector<std::string>& arguments, Process::Limits limits = {});

}  // namespace majuscule::test
