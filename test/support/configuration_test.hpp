// SPDX-License-Identifier: MIT
// Tests of logs, signals and inherited state, which do not depend on the way of waiting. They run in a few
// representative modes (one thread, several, processes, completions), and in one under a master.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "server_test.hpp"

namespace majuscule::test {

struct Configuration {
  std::string mode;
  std::string options = "";  // at most one

  [[nodiscard]] std::vector<std::string> with(std::vector<std::string> more) const;
};

/// epoll, threads, process, uring (where it can run), and epoll and threads with two workers.
[[nodiscard]] std::vector<Configuration> configurations();

/// The name in failure messages.
void PrintTo(const Configuration& configuration, std::ostream* out);

/// "threads_workers_2"
[[nodiscard]] std::string test_name(const Configuration& configuration);

class ConfigurationTest : public ServerTest, public ::testing::WithParamInterface<Configuration> {
 protected:
  Server& start(const std::vector<std::string>& options = {}, Process::Limits limits = {}) {
    return ServerTest::start(GetParam().mode, GetParam().with(options), std::move(limits));
  }

  /// Starts `majuscule` with these options and no others, not even ports. Does not wait for it.
  [[nodiscard]] Process start_bare(const std::vector<std::string>& options,
                                   Process::Limits limits = {}) const;

  [[nodiscard]] bool has_workers() const { return !GetParam().options.empty(); }
};

}  // namespace majuscule::test

/// Runs the tests of `Suite`, derived from ConfigurationTest, in each configuration.
#define MAJUSCULE_RUN_IN_A_FEW_CONFIGURATIONS(Suite)                                                   \
  INSTANTIATE_TEST_SUITE_P(AFew, Suite, ::testing::ValuesIn(::majuscule::test::configurations()),      \
                           [](const ::testing::TestParamInfo<::majuscule::test::Configuration>& one) { \
                             return ::majuscule::test::test_name(one.param);                           \
                           })
