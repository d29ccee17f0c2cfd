// SPDX-License-Identifier: MIT
// Every guard that a mode allows: the counts of concurrent clients are exact, or /stats says that they are
// not.
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "majuscule/mode.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

constexpr int kGuardedClients = 16;
constexpr int kRequests = 100;

class GuardOption : public ModeTest {
 protected:
  void expect_counts_of_every_guard(unsigned workers) {
    const Sharing sharing = sharing_of(*find_mode(GetParam()), workers);
    for (const Guard guard : allowed_guards(sharing)) {
      SCOPED_TRACE(to_string(guard));
      start({"--guard=" + std::string(to_string(guard)), "--workers=" + std::to_string(workers)});
      ask_with_many_clients();
      const Stats stats = server().stats();
      const auto document = nlohmann::json::parse(stats.document());
      EXPECT_EQ(document["guard"], to_string(guard));
      if (guard == Guard::kNone && sharing != Sharing::kOneThread) {
        EXPECT_LE(stats["requests"], kGuardedClients * kRequests);
        EXPECT_EQ(document.value("guard_note", ""), "updates of requests may be lost");
      } else {
        EXPECT_EQ(stats["requests"], kGuardedClients * kRequests);
        EXPECT_FALSE(document.contains("guard_note")) << document;
      }
      EXPECT_EQ(stats["responses/200"], kGuardedClients * kRequests) << "exact under every guard";
      EXPECT_EQ(stats["connections/accepted"], kGuardedClients + 1);
      expect_clean_stop();
    }
  }

 private:
  void ask_with_many_clients() {
    std::vector<std::thread> clients;
    for (int i = 0; i < kGuardedClients; ++i) {
      clients.emplace_back([this] {
        try {
          HttpClient client = connect();
          for (int request = 0; request < kRequests; ++request) {
            EXPECT_EQ(client.request(get("/capitalize?text=a")).body, "A");
          }
        } catch (const std::exception& error) {
          ADD_FAILURE() << error.what();
        }
      });
    }
    for (std::thread& client : clients) client.join();
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(GuardOption);

TEST_P(GuardOption, CountsExactlyOrReportsThatItDoesNot) { expect_counts_of_every_guard(1); }

TEST_P(GuardOption, CountsWorkersExactlyOrReportsThatItDoesNot) { expect_counts_of_every_guard(3); }

}  // namespace
}  // namespace majuscule::test
