// SPDX-License-Identifier: MIT
#include "server/cpu_quota.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>
#include <vector>

#include <uv.h>

namespace majuscule {
namespace {

/// Returns whether a list like "cpu,cpuacct" contains `wanted`.
bool has_item(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(','));
    if (item == wanted) return true;
    list.remove_prefix(std::min(item.size() + 1, list.size()));
  }
  return false;
}

enum class Version { kOne, kTwo };

/// Returns the group of this process for each version (/proc/self/cgroup): "4:cpu,cpuacct:/a/b", "0::/a/b".
std::map<Version, std::string> own_groups(const std::string& root) {
  std::map<Version, std::string> groups;
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (controllers.empty()) groups[Version::kTwo] = line.substr(second + 1);
    if (has_item(controllers, "cpu")) groups[Version::kOne] = line.substr(second + 1);
  }
  return groups;
}

struct Mount {
  Version version;
  std::string group;  // the group that is mounted there
  std::string mount_point;
};

/// Returns where the groups are mounted (/proc/self/mountinfo, proc(5)).
std::vector<Mount> mounts(const std::string& root) {
  std::vector<Mount> found;
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t separator = line.find(" - ");
    if (separator == std::string::npos) continue;
    std::istringstream left(line.substr(0, separator));
    std::istringstream right(line.substr(separator + 3));
    std::string skipped, group, mount_point, type, options;
    left >> skipped >> skipped >> skipped >> group >> mount_point;
    right >> type >> skipped >> options;
    if (type == "cgroup2") found.push_back({Version::kTwo, group, mount_point});
    if (type == "cgroup" && has_item(options, "cpu")) found.push_back({Version::kOne, group, mount_point});
  }
  return found;
}

std::optional<double> ratio(double quota, double period) {
  if (quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

/// Returns the quota of one group; nothing without a limit or without such a file.
std::optional<double> quota_of(const std::string& folder, Version version) {
  double quota = -1;
  double period = -1;
  if (version == Version::kTwo) {
    std::ifstream(folder + "/cpu.max") >> quota >> period;  // "max 100000": not a number
  } else {
    std::ifstream(folder + "/cpu.cfs_quota_us") >> quota;
    std::ifstream(folder + "/cpu.cfs_period_us") >> period;
  }
  return ratio(quota, period);
}

/// Returns `group` as a path below the mount point; in a container its beginning may be invisible.
std::string below(const std::string& mounted, const std::string& group) {
  const std::string above = mounted == "/" ? "" : mounted;
  return group.starts_with(above + "/") ? group.substr(above.size()) : "/";
}

}  // namespace

std::optional<double> cpu_quota(const std::string& root) {
  std::optional<double> least;
  const auto groups = own_groups(root);
  for (const Mount& mount : mounts(root)) {
    const auto own = groups.find(mount.version);
    if (own == groups.end()) continue;
    for (std::string path = below(mount.group, own->second);; path.resize(path.rfind('/'))) {
      const auto quota = quota_of(std::string(root).append(mount.mount_point).append(path), mount.version);
      if (quota && (!least || *quota < *least)) least = quota;
      if (path.empty()) break;
    }
  }
  return least;
}

unsigned usable_cpus() {
  const unsigned cpus = ::uv_available_parallelism();
  const auto quota = cpu_quota();
  if (!quota || *quota >= cpus) return cpus;
  return std::max(1U, static_cast<unsigned>(std::ceil(*quota)));
}

}  // namespace majuscule
