// SPDX-License-Identifier: MIT
// Quotas of control groups, in folders laid out like /proc and /sys.
#include "server/cpu_quota.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

namespace fs = std::filesystem;

class CpuQuota : public ::testing::Test {
 protected:
  ~CpuQuota() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  void mount(const std::string& group, const std::string& place, const std::string& type,
             const std::string& options) const {
    write("/proc/self/mountinfo", "22 1 0:21 / /proc rw - proc proc rw\n30 25 0:26 " + group + " " + place +
                                      " rw,nosuid shared:9 - " + type + " cgroup " + options + "\n");
  }
  std::optional<double> quota() const { return cpu_quota(root_); }

  const std::string root_ = ::testing::TempDir() + "majuscule-cgroup-" + std::to_string(::getpid());
};

TEST_F(CpuQuota, IsNoneWithoutControlGroups) { EXPECT_EQ(quota(), std::nullopt); }

TEST_F(CpuQuota, IsTheSmallestFromTheGroupUpInVersion2) {
  write("/proc/self/cgroup", "0::/a/b\n");
  mount("/", "/sys/fs/cgroup", "cgroup2", "rw");
  write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(quota(), std::nullopt);
  write("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  EXPECT_EQ(quota(), 1.5);
  write("/sys/fs/cgroup/a/b/cpu.max", "300000 100000\n");
  EXPECT_EQ(quota(), 1.5) << "the group above is the narrower one";
  write("/sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
  EXPECT_EQ(quota(), 0.5);
}

TEST_F(CpuQuota, UsesTheCpuControllerInVersion1) {
  write("/proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/a\n0::/\n");
  mount("/", "/sys/fs/cgroup/cpu,cpuacct", "cgroup", "rw,cpu,cpuacct");
  write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "-1\n");
  write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota(), std::nullopt);
  write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "200000\n");
  EXPECT_EQ(quota(), 2.0);
}

TEST_F(CpuQuota, OfAContainerIsFoundAtItsMountPoint) {
  write("/proc/self/cgroup", "0::/docker/abc\n");
  mount("/docker/abc", "/sys/fs/cgroup", "cgroup2", "rw");
  write("/sys/fs/cgroup/cpu.max", "100000 100000\n");
  EXPECT_EQ(quota(), 1.0);
  write("/proc/self/cgroup", "0::/\n");  // with its own cgroup namespace
  mount("/", "/sys/fs/cgroup", "cgroup2", "rw");
  EXPECT_EQ(quota(), 1.0);
}

TEST_F(CpuQuota, LeavesAtLeastOneCpu) { EXPECT_GE(usable_cpus(), 1U); }

}  // namespace
}  // namespace majuscule::test
