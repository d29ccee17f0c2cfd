// SPDX-License-Identifier: MIT
// Writing without waiting, to every kind of reader that has stopped.
#include "base/line_output.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

struct Ends {
  UniqueFd reader, writer;
};

Ends pipe_ends() {
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Ends socket_ends() {
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

TEST(LineOutput, NeverWaitsForAReader) {
  for (const auto make : {pipe_ends, socket_ends}) {
    const Ends ends = make();
    LineOutput output(ends.writer.get());
    const std::string line = std::string(99, 'x') + "\n";
    int written = 0;
    while (written < 100'000 && output.write(line)) ++written;
    EXPECT_GT(written, 0);
    EXPECT_LT(written, 100'000);
    EXPECT_EQ(errno, EAGAIN);
    char buffer[8192];
    EXPECT_GT(::read(ends.reader.get(), buffer, sizeof buffer), 0);
  }
}

TEST(LineOutput, DoesNotChangeTheOpenFileOfOthers) {
  const Ends ends = pipe_ends();
  LineOutput output(ends.writer.get());
  EXPECT_TRUE(output.write("a\n"));
  EXPECT_EQ(::fcntl(ends.writer.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(LineOutput, TruncatesALineToPipeBuf) {
  const Ends ends = pipe_ends();
  LineOutput output(ends.writer.get());
  EXPECT_TRUE(output.write(std::string(10'000, 'x') + "\n"));
  EXPECT_TRUE(output.write("next\n"));
  char buffer[16'384];
  const ssize_t size = ::read(ends.reader.get(), buffer, sizeof buffer);
  const std::string text(buffer, static_cast<std::size_t>(size));
  EXPECT_EQ(text, std::string(LineOutput::kLongestLine - 1, 'x') + "\nnext\n");
}

TEST(LineOutput, ReportsWhyItCannotWrite) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  LineOutput output(full.get());
  EXPECT_FALSE(output.write("a\n"));
  EXPECT_EQ(errno, ENOSPC);
}

}  // namespace
}  // namespace majuscule::test
