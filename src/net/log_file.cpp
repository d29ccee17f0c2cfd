// SPDX-License-Identifier: MIT
// What the handler does is async-signal-safe: open(2), dup3(2), close(2), writev(2), strerrordesc_np(3).
#include "net/log_file.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "net/signal_handler.hpp"

namespace majuscule {
namespace {

// A signal handler can reach nothing but statics.
struct HandlerState {
  std::atomic<const char*> path = nullptr;
  std::atomic<int> fd = -1;
  std::atomic<unsigned>* opened = nullptr;
  std::atomic<unsigned>* opened_here = nullptr;
};
HandlerState state;
static_assert(std::atomic<const char*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

UniqueFd open_to_append(const char* path) {
  return UniqueFd(::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
}

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

void complain(const char* path, int error) {
  const iovec line[] = {piece("majuscule: SIGUSR1: cannot open --access-log="), piece(path),
                        piece(" again: "), piece(::strerrordesc_np(error)),
                        piece("; the old file stays in use\n")};
  [[maybe_unused]] const auto written = ::writev(STDERR_FILENO, line, std::size(line));
}

// dup3() is one step for all who write: before it to the old file, after it to the new one.
void on_reopen(int) {
  const int saved = errno;
  const UniqueFd opened = open_to_append(state.path);
  if (!opened || ::dup3(opened.get(), state.fd, O_CLOEXEC) < 0) {
    complain(state.path, errno);
  } else {
    *state.opened_here = *state.opened + 1;  // first, or a thread would take this for another process's
    ++*state.opened;
  }
  errno = saved;
}

}  // namespace

LogFile::LogFile(std::string path) : path_(std::move(path)), fd_(open_to_append(path_.c_str())) {
  if (!fd_) throw std::system_error(errno, std::system_category(), "--access-log=" + path_);
  state.path = path_.c_str();
  state.fd = fd_.get();
  state.opened = &opened_[0];
  state.opened_here = &opened_here_;
  handle_signal(SIGUSR1, on_reopen);
}

LogFile::~LogFile() { handle_signal(SIGUSR1, SIG_IGN); }

// Another process has opened it anew.
void LogFile::follow() {
  opened_here_ = opened_[0].load();
  if (const UniqueFd opened = open_to_append(path_.c_str())) ::dup3(opened.get(), fd_.get(), O_CLOEXEC);
}

void LogFile::append(std::string_view line) {
  if (const unsigned opened = opened_[0]; opened != opened_here_) follow();
  if (torn_ && ::write(fd_.get(), "\n", 1) == 1) torn_ = false;
  const auto written = ::write(fd_.get(), line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size())) return;
  if (written > 0) torn_ = true;
  throw std::system_error(written < 0 ? errno : ENOSPC, std::system_category(), "--access-log=" + path_);
}

}  // namespace majuscule
