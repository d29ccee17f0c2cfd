// SPDX-License-Identifier: MIT
// An owned descriptor is closed exactly once, also after moves.
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

TEST(UniqueFd, ClosesInItsDestructor) {
  const int raw = open_one();
  {
    const UniqueFd fd(raw);
    EXPECT_TRUE(fd);
    EXPECT_EQ(fd.get(), raw);
    EXPECT_TRUE(is_open(raw));
  }
  EXPECT_FALSE(is_open(raw));
}

TEST(UniqueFd, AcceptsZeroAsADescriptor) {
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

TEST(UniqueFd, LeavesAReleasedDescriptorOpen) {
  UniqueFd fd(open_one());
  const int raw = fd.release();
  EXPECT_FALSE(fd);
  EXPECT_TRUE(is_open(raw));
  ::close(raw);
}

TEST(UniqueFd, MovesOwnership) {
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
