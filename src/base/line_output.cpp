// SPDX-License-Identifier: MIT
#include "base/line_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstdio>

namespace majuscule {

LineOutput::Kind LineOutput::kind_of(int fd, UniqueFd& reopened) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return Kind::kPolled;
  if (S_ISREG(status.st_mode)) return Kind::kRegular;
  if (S_ISSOCK(status.st_mode)) return Kind::kSocket;
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "/proc/self/fd/%d", fd);
  reopened = UniqueFd(::open(name.data(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  return reopened ? Kind::kReopened : Kind::kPolled;
}

LineOutput::LineOutput(int fd) : fd_(fd), kind_(kind_of(fd, reopened_)) {}

ssize_t LineOutput::attempt(std::string_view text) const noexcept {
  switch (kind_) {
    case Kind::kRegular: return ::write(fd_, text.data(), text.size());
    case Kind::kSocket: return ::send(fd_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    case Kind::kReopened: return ::write(reopened_.get(), text.data(), text.size());
    case Kind::kPolled: break;
  }
  // Not every kernel and file supports RWF_NOWAIT. Without it another process may fill the pipe first.
  const iovec piece{const_cast<char*>(text.data()), text.size()};
  if (const ssize_t n = ::pwritev2(fd_, &piece, 1, -1, RWF_NOWAIT); n >= 0 || errno != EOPNOTSUPP) return n;
  pollfd room{fd_, POLLOUT, 0};
  if (::poll(&room, 1, 0) == 1) return ::write(fd_, text.data(), text.size());
  errno = EAGAIN;
  return -1;
}

bool LineOutput::write(std::string_view line) noexcept {
  assert(line.ends_with('\n'));
  if (torn_ && attempt("\n") == 1) torn_ = false;
  std::array<char, kLongestLine> truncated;
  std::string_view text = line;
  if (line.size() > truncated.size()) {
    line.copy(truncated.data(), truncated.size() - 1);
    truncated.back() = '\n';
    text = {truncated.data(), truncated.size()};
  }
  const ssize_t written = attempt(text);
  if (written > 0 && static_cast<std::size_t>(written) < text.size()) torn_ = true;
  return written == static_cast<ssize_t>(text.size());
}

LineOutput& standard_error() {
  static LineOutput output(STDERR_FILENO);
  return output;
}

void say(std::string_view text) noexcept {
  const int saved = errno;
  constexpr std::string_view kName = "majuscule: ";
  std::array<char, LineOutput::kLongestLine> line{};
  std::size_t size = kName.copy(line.data(), kName.size());
  size += text.copy(line.data() + size, line.size() - size - 1);
  line[size++] = '\n';
  standard_error().write({line.data(), size});
  errno = saved;
}

std::error_code write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd room{fd, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return {errno, std::system_category()};
    }
  }
  return {};
}

}  // namespace majuscule
