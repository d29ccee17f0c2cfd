// SPDX-License-Identifier: MIT
#include "base/inherited.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/signal_handler.hpp"

namespace majuscule {
namespace {

void end(int) { ::_exit(0); }

}  // namespace

void open_missing_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is fd, since those below it are open by now. Writing to a closed standard output
    // stays an error. Without /dev, any descriptor that cannot be written to serves.
    if (::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) < 0) ::open("/", O_PATH);
  }
}

bool ignores_hangup() {
  struct sigaction action {};
  ::sigaction(SIGHUP, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

bool has_children_of_others() {
  int subreaper = 0;
  ::prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
  siginfo_t child{};
  const bool has_children = ::waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0;
  return has_children || subreaper != 0 || ::getpid() == 1;
}

void reset_signals() {
  for (const int number : IgnoredSignals::kSignals) handle_signal(number, SIG_IGN);
  handle_signal(SIGCHLD, SIG_IGN);
  while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
  for (const int number : {SIGALRM, SIGUSR2}) handle_signal(number, SIG_DFL);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    if (number != SIGHUP || !ignores_hangup()) handle_signal(number, end);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

void prepare_process() {
  reset_signals();  // first: until process 1 has a handler, it loses signals
  open_missing_standard_descriptors();
}

IgnoredSignals::IgnoredSignals() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &before_[i]);
    handle_signal(kSignals[i], SIG_IGN);
  }
}

IgnoredSignals::~IgnoredSignals() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

}  // namespace majuscule
