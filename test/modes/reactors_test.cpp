// SPDX-License-Identifier: MIT
// What only --mode=reactors promises: by default, a loop for each core.
#include <sched.h>

#include <gtest/gtest.h>

#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class Reactors : public ServerTest {
 protected:
  /// Returns how many threads a server has that may use these cores. Afterwards the test may use no others.
  std::int64_t threads_on(const cpu_set_t& cores, const std::vector<std::string>& options = {}) {
    EXPECT_EQ(::sched_setaffinity(0, sizeof cores, &cores), 0);
    start("reactors", options);
    HttpClient client = connect();
    return stats_over(client)["resources/threads"];
  }
};

TEST_F(Reactors, HasALoopForEachUsableCore) {
  cpu_set_t all{};
  ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
  cpu_set_t one{};
  for (std::size_t core = 0; CPU_COUNT(&one) == 0; ++core) {
    if (CPU_ISSET(core, &all)) CPU_SET(core, &one);
  }
  const std::int64_t with_all = threads_on(all);
  const std::int64_t with_three = threads_on(all, {"--threads=3"});
  const std::int64_t with_one = threads_on(one);
  EXPECT_EQ(with_three - with_one, 2);
  EXPECT_EQ(with_all - with_one, CPU_COUNT(&all) - 1);
}

}  // namespace
}  // namespace majuscule::test
