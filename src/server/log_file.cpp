// SPDX-License-Identifier: MIT
#include "server/log_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <system_error>

namespace majuscule {
namespace {

/// Returns the standard descriptor that the name stands for, -1 for a file.
int standard_descriptor(std::string_view name) {
  if (name == "-" || name == "/dev/stdout") return STDOUT_FILENO;
  if (name == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!name.starts_with(folder)) continue;
    const std::string_view number = name.substr(folder.size());
    int fd = -1;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), fd);
    if (error == std::errc() && end == number.data() + number.size()) return fd;
  }
  return -1;
}

bool is_regular(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

std::uint64_t count_lines(std::string_view lines) {
  return static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
}

}  // namespace

// O_NONBLOCK is for opening only: it could wait at a FIFO or a serial device.
UniqueFd LogFile::open(const char* name) noexcept {
  struct stat status {};
  const bool is_fifo = ::stat(name, &status) == 0 && S_ISFIFO(status.st_mode);
  constexpr int kFlags = O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  UniqueFd opened(::open(name, (is_fifo ? O_RDWR : O_WRONLY | O_CREAT) | kFlags, 0644));
  if (!opened && is_fifo && errno == EACCES) opened = UniqueFd(::open(name, O_WRONLY | kFlags));
  if (opened) ::fcntl(opened.get(), F_SETFL, O_APPEND);
  return opened;
}

LogFile::LogFile(std::string name, Begin begin)
    : name_(std::move(name)),
      flag_("--access-log=" + name_),
      standard_(standard_descriptor(name_)),
      fd_(standard_ >= 0 ? UniqueFd(::fcntl(standard_, F_DUPFD_CLOEXEC, STDERR_FILENO + 1))
                         : open(name_.c_str())) {
  if (!fd_) {
    const std::string hint = errno == ENXIO ? " (a socket or device; - is standard output)" : "";
    throw std::system_error(errno, std::system_category(), flag_ + hint);
  }
  is_regular_ = is_regular(fd_.get());
  torn_ = begin == Begin::kUnknown;
}

bool LogFile::is_same_as(int fd) const {
  struct stat ours {};
  struct stat other {};
  return ::fstat(fd_.get(), &ours) == 0 && ::fstat(fd, &other) == 0 && ours.st_dev == other.st_dev &&
         ours.st_ino == other.st_ino;
}

int LogFile::reopen() noexcept {
  if (standard_ >= 0) return 0;
  const UniqueFd opened = open(name_.c_str());
  if (!opened || ::dup3(opened.get(), fd_.get(), O_CLOEXEC) < 0) return errno;
  ++reopened_;
  is_regular_ = is_regular(fd_.get());
  torn_ = false;
  return 0;
}

LogFile::Written LogFile::write(std::string_view lines) {
  assert(lines.ends_with('\n'));
  if (torn_ && ::write(fd_.get(), "\n", 1) == 1) torn_ = false;
  std::size_t done = 0;
  const auto line_begin = [&] { return done == 0 ? 0 : lines.rfind('\n', done - 1) + 1; };
  while (done < lines.size()) {
    const unsigned opened = reopened_;
    const std::string_view rest = lines.substr(done, batch_size());
    const ssize_t written = ::write(fd_.get(), rest.data(), rest.size());
    if (written > 0) {
      done += static_cast<std::size_t>(written);
      if (opened != reopened_) done = line_begin();  // a partly written line is written whole to the new file
      continue;
    }
    const int error = written < 0 ? errno : ENOSPC;
    if (error == EINTR) continue;
    if (error == EAGAIN) {  // another program shares the open file and made it non-blocking
      pollfd room{fd_.get(), POLLOUT, 0};
      ::poll(&room, 1, -1);
      continue;
    }
    const std::size_t line = line_begin();
    if (line < done) remove_fragment(done - line);
    return {count_lines(lines.substr(line)), error};
  }
  return {};
}

// Only if it is still the end of the file; text that another process has appended since is kept.
void LogFile::remove_fragment(std::size_t size) {
  assert(size > 0);
  const off_t end = ::lseek(fd_.get(), 0, SEEK_CUR);
  struct stat status {};
  const bool removed = is_regular_ && ::fstat(fd_.get(), &status) == 0 && status.st_size == end &&
                       ::ftruncate(fd_.get(), end - static_cast<off_t>(size)) == 0;
  torn_ = !removed;
}

}  // namespace majuscule
