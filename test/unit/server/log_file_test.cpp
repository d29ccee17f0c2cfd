// SPDX-License-Identifier: MIT
// The file of the access log alone: the names it accepts, and what happens to a line that does not fit.
#include "server/log_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

class LogFileTest : public ::testing::Test {
 protected:
  LogFileTest() { ::unlink(path_.c_str()); }
  ~LogFileTest() override { ::unlink(path_.c_str()); }

  std::string contents() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator(file), {}};
  }

  const std::string path_ = ::testing::TempDir() + "majuscule-log-" + std::to_string(::getpid());
};

TEST_F(LogFileTest, ThrowsWithTheFlagAndTheReason) {
  try {
    LogFile("/nonexistent/x");
    FAIL() << "there is no such folder";
  } catch (const std::system_error& e) {
    EXPECT_STREQ(e.what(), "--access-log=/nonexistent/x: No such file or directory");
  }
}

TEST_F(LogFileTest, CountsTheLinesThatAFullDiskLoses) {
  LogFile full("/dev/full");
  const auto [lost, error] = full.write("one\ntwo\n");
  EXPECT_EQ(lost, 2U);
  EXPECT_EQ(error, ENOSPC);
}

TEST_F(LogFileTest, WritesToAStandardDescriptorThatIsASocket) {
  for (const std::string name : {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const int before = ::dup(STDOUT_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    EXPECT_EQ(LogFile(name).write("a line\n").lost_lines, 0U) << name;
    ::dup2(before, STDOUT_FILENO);
    char text[16]{};
    EXPECT_EQ(::recv(ends[0], text, sizeof text, MSG_DONTWAIT), 7) << name;
    EXPECT_STREQ(text, "a line\n");
    for (const int fd : {before, ends[0], ends[1]}) ::close(fd);
  }
}

TEST_F(LogFileTest, OpensAFifoWithoutAReader) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  LogFile log(path_);
  EXPECT_EQ(log.write("kept\n").lost_lines, 0U);
  const int reader = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  char text[16]{};
  EXPECT_EQ(::read(reader, text, sizeof text), 5);
  ::close(reader);
}

TEST_F(LogFileTest, RemovesTheFragmentOfALineThatDidNotFit) {
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_IGN);
  LogFile log(path_);
  const rlimit small{10, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto [lost, error] = log.write("first\nsecond\nthird\n");
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(lost, 2U);
  EXPECT_EQ(error, EFBIG);
  EXPECT_EQ(contents(), "first\n");
  EXPECT_EQ(log.write("whole\n").lost_lines, 0U);
  EXPECT_EQ(contents(), "first\nwhole\n");
}

TEST_F(LogFileTest, IsReopenedByItsName) {
  LogFile log(path_);
  EXPECT_EQ(log.write("old\n").lost_lines, 0U);
  ::unlink(path_.c_str());
  EXPECT_EQ(log.reopen(), 0);
  EXPECT_EQ(log.write("new\n").lost_lines, 0U);
  EXPECT_EQ(contents(), "new\n");
}

}  // namespace
}  // namespace majuscule::test
