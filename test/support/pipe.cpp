// SPDX-License-Identifier: MIT
#include "pipe.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace majuscule::test {

namespace {

constexpr std::string_view kFilling = "filling\n";

int check(int result, const char* call) {
  if (result < 0) {
    throw std::system_error(errno, std::generic_category(), call);
  }
  return result;
}

/// Opens it again, so that the program's end does not get O_NONBLOCK.
UniqueFd reopened(int fd, int flags) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return UniqueFd(check(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK), "open a pipe"));
}

}  // namespace

Pipe::Pipe(int capacity) {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC), "pipe2");
  reader_ = reopened(ends[0], O_RDONLY);
  ::close(ends[0]);
  writer_ = UniqueFd(ends[1]);
  set_capacity(capacity);
}

Pipe::Pipe(const std::string& path, int capacity) {
  if (::mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST) {
    throw std::system_error(errno, std::generic_category(), "mkfifo " + path);
  }
  reader_ = UniqueFd(check(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK), "open a FIFO"));
  writer_ = UniqueFd(check(::open(path.c_str(), O_WRONLY | O_CLOEXEC), "open a FIFO"));
  set_capacity(capacity);
}

void Pipe::set_capacity(int capacity) {
  check(::fcntl(reader_.get(), F_SETPIPE_SZ, capacity), "F_SETPIPE_SZ");
}

void Pipe::fill() const {
  const UniqueFd end = reopened(writer_.get(), O_WRONLY);
  // The capacity is a multiple of its length, so the last one fits completely.
  while (::write(end.get(), kFilling.data(), kFilling.size()) > 0) {
  }
  while (::write(end.get(), "\n", 1) > 0) {
  }
}

std::string Pipe::read_now() {
  std::string some;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(reader_.get(), buffer, sizeof buffer)) >= 0;) {
    at_end_ = count == 0;
    if (at_end_) {
      break;
    }
    some.append(buffer, static_cast<std::size_t>(count));
  }
  text_ += some;
  return some;
}

bool Pipe::shows(const std::string& part, milliseconds limit) {
  return eventually(
      [&] {
        read_now();
        return text_.find(part) != std::string::npos;
      },
      limit);
}

std::string Pipe::text_to_the_end() {
  close_writer();
  if (!eventually([this] {
        read_now();
        return at_end_;
      })) {
    throw std::runtime_error("a program still has the pipe open");
  }
  std::string text = text_;
  for (std::size_t at = 0; (at = text.find(kFilling, at)) != std::string::npos;) {
    text.erase(at, kFilling.size());
  }
  return text;
}

}  // namespace majuscule::test
