// SPDX-License-Identifier: MIT
// A descriptor that is owned: closed once, whoever it was moved to.
#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

int open_one() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(UniqueFd, OwnsNothingAtFirst) {
  UniqueFd fd;
  EXPECT_FALSE(fd);
  EXPECT_EQ(fd.get(), -1);
  fd.reset();
  EXPECT_EQ(fd.release(), -1);
}

TEST(UniqueFd, ClosesAtTheEnd) {
  const int raw = open_one();
  {
    const UniqueFd fd(raw);
    EXPECT_TRUE(fd);
    EXPECT_EQ(fd.get(), raw);
    EXPECT_TRUE(is_open(raw));
  }
  EXPECT_FALSE(is_open(raw));
}

TEST(UniqueFd, TakesZeroForADescriptor) {
  UniqueFd fd(0);
  EXPECT_TRUE(fd);
  EXPECT_EQ(fd.release(), 0);
}

TEST(UniqueFd, ClosesWhenReset) {
  UniqueFd fd(open_one());
  const int raw = fd.get();
  fd.reset();
  EXPECT_FALSE(fd);
  EXPECT_FALSE(is_open(raw));
}

TEST(UniqueFd, LeavesOpenWhatItReleases) {
  UniqueFd fd(open_one());
  const int raw = fd.release();
  EXPECT_FALSE(fd);
  EXPECT_TRUE(is_open(raw));
  ::close(raw);
}

TEST(UniqueFd, MovesWhatItOwns) {
  UniqueFd from(open_one());
  const int raw = from.get();
  UniqueFd to(std::move(from));
  EXPECT_EQ(to.get(), raw);
  UniqueFd other(open_one());
  const int replaced = other.get();
  other = std::move(to);
  EXPECT_EQ(other.get(), raw);
  EXPECT_FALSE(is_open(replaced));
  EXPECT_TRUE(is_open(raw));
  UniqueFd& itself = other;
  other = std::move(itself);
  EXPECT_EQ(other.get(), raw);
  EXPECT_TRUE(is_open(raw));
}

}  // namespace
}  // namespace majuscule::test
