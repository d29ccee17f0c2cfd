// SPDX-License-Identifier: MIT
// fork and exec with the outputs in memory files. Only async-signal-safe calls are made between fork and
// exec, because the test program may have threads.
#include "process.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "server_sanitizer.hpp"

namespace majuscule::test {

namespace {

UniqueFd memory_file(const char* name) {
  UniqueFd file(::memfd_create(name, MFD_CLOEXEC));
  if (!file.is_open()) {
    throw std::system_error(errno, std::generic_category(), "memfd_create");
  }
  return file;
}

std::string contents(const UniqueFd& file) {
  std::string text;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = ::pread(file.get(), buffer, sizeof buffer, static_cast<off_t>(text.size()))) > 0) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

void limit(decltype(RLIMIT_NOFILE) resource, unsigned value) {
  const rlimit both{value, value};
  ::setrlimit(resource, &both);
}

/// The kernel counts threads for each user, but not for root.
void limit_threads(unsigned value) {
  const auto nobody_else = static_cast<uid_t>(1'000'000 + ::getpid());
  limit(RLIMIT_NPROC, value);
  if (::setgid(nobody_else) != 0 || ::setuid(nobody_else) != 0) {
    ::_exit(127);
  }
}

/// Waits for a short time until the main thread sleeps. GCC 12's thread sanitizer delays a signal that
/// arrives right before ppoll(2) or io_uring_enter(2) until that call returns; during the call, the signal
/// interrupts it.
void wait_until_asleep(pid_t pid) {
  constexpr int kLooks = 200;
  int asleep = 0;
  for (int look = 0; look < kLooks && asleep < 3; ++look) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::string stat;
    std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/stat"), stat);
    // The state is the word after the name, which may contain any character (proc(5)).
    const std::size_t name_end = stat.rfind(')');
    const bool sleeps = name_end != std::string::npos && stat.compare(name_end, 3, ") S") == 0;
    asleep = sleeps ? asleep + 1 : 0;
  }
}

void refuse_call(Process::Limits::Refusal refusal) {
  const bool any = !refusal.first_argument;
  constexpr std::size_t kFirst = offsetof(seccomp_data, args);  // the lower half, on a little-endian machine
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(refusal.call), 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFirst),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refusal.first_argument.value_or(0), 0,
               static_cast<unsigned char>(any ? 0 : 1)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(refusal.error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(program), program};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    ::_exit(127);
  }
}

/// A copy with a high number, since the child may need the low ones.
int high_copy(int fd) { return ::fcntl(fd, F_DUPFD_CLOEXEC, 64); }

[[noreturn]] void run_program(char* const* argv, pid_t parent, int output, int error,
                              const Process::Limits& limits, const std::vector<UniqueFd>& descriptors) {
  // Opened before the change of user: the new user may not search the folders above it (such as /root).
  const int program = high_copy(::open(argv[0], O_PATH | O_CLOEXEC));
  if (limits.address_space) {
    limit(RLIMIT_AS, *limits.address_space);
  }
  if (limits.threads) {
    limit_threads(*limits.threads);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // after the change of user, which would reset it
  if (!limits.inheritance.is_first && ::getppid() != parent) {
    ::_exit(127);
  }
  const int input = limits.inheritance.input.value_or(high_copy(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(error, STDERR_FILENO);
  int next = STDERR_FILENO;
  for (const UniqueFd& descriptor : descriptors) {
    ::dup2(descriptor.get(), ++next);
  }
  if (limits.descriptors) {
    limit(RLIMIT_NOFILE, *limits.descriptors);
  }
  if (limits.refusal) {
    refuse_call(*limits.refusal);
  }
  apply(limits.inheritance);
  ::fexecve(program, argv, environ);
  ::_exit(127);
}

}  // namespace

Process::Process(const std::string& program, const std::vector<std::string>& arguments, Limits limits,
                 const std::vector<int>& descriptors)
    : output_(memory_file("stdout")), error_(memory_file("stderr")) {
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  std::vector<UniqueFd> copies;
  copies.reserve(descriptors.size());
  for (const int fd : descriptors) {
    copies.emplace_back(high_copy(fd));
  }

  // High numbers, so that they do not collide.
  const UniqueFd own_output(high_copy(limits.inheritance.output.value_or(output_.get())));
  const UniqueFd own_error(high_copy(limits.inheritance.error.value_or(error_.get())));
  const int output = own_output.get();
  const int error = own_error.get();
  const pid_t parent = ::getpid();
  pid_ = fork_into(limits.inheritance);
  if (pid_ < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
  if (pid_ == 0) {
    run_program(argv.data(), parent, output, error, limits, copies);
  }
}

Process::~Process() {
  if (is_running()) {
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

bool Process::is_running() {
  if (exit_code_) {
    return false;
  }
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) {
    return true;
  }
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

void Process::signal(int number) {
  if (is_running()) {
    if (server_sanitizer() == Sanitizer::kThread) {
      wait_until_asleep(pid_);
    }
    ::kill(pid_, number);
  }
}

std::optional<int> Process::wait(milliseconds limit) {
  (void)eventually([this] { return !is_running(); }, limit);
  return exit_code_;
}

std::string Process::standard_output() const { return contents(output_); }

std::string Process::standard_error() const { return contents(error_); }

std::string majuscule_binary() {
  const char* path = std::getenv("MAJUSCULE_BINARY");
  if (path == nullptr || *path == '\0') {
    throw std::runtime_error(
        "MAJUSCULE_BINARY must name the majuscule program: run these tests by `meson test`");
  }
  if (::access(path, X_OK) != 0) {
    throw std::system_error(errno, std::generic_category(), "MAJUSCULE_BINARY=" + std::string(path));
  }
  return path;
}

Outcome run_majuscule(const std::vector<std::string>& arguments, Process::Limits limits) {
  Process process(majuscule_binary(), arguments, limits);
  const std::optional<int> code = process.wait();
  if (!code) {
    throw std::runtime_error("majuscule did not end; it wrote: " + process.standard_output() +
                             process.standard_error());
  }
  return {*code, process.standard_output(), process.standard_error()};
}

}  // namespace majuscule::test
