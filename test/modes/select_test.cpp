// SPDX-License-Identifier: MIT
// More clients than a set of select(2) has bits: clients without a bit are refused, the others are served.
#include <sys/resource.h>
#include <sys/select.h>

#include <vector>

#include <gtest/gtest.h>

#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

constexpr std::size_t kMoreThanASetHolds = FD_SETSIZE + 200;

class Select : public ServerTest {
 protected:
  /// The test needs a descriptor for each client; the server inherits the limit.
  void SetUp() override {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < 2 * kMoreThanASetHolds) {
      GTEST_SKIP() << "the hard limit of descriptors is " << limit.rlim_max << ", " << 2 * kMoreThanASetHolds
                   << " needed";
    }
    limit.rlim_cur = limit.rlim_max;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    start("select");
  }
};

TEST_F(Select, RefusesClientsBeyondItsBits) {
  std::vector<HttpClient> served;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < kMoreThanASetHolds; ++i) {
    HttpClient client = connect();
    (void)client.tcp().send(get("/healthz"));
    const HttpResponse response = client.receive();
    if (response.status == 200) {
      served.push_back(std::move(client));
    } else {
      EXPECT_EQ(response.status, 503);
      EXPECT_TRUE(client.is_closed_by_server());
      ++refused;
    }
  }
  EXPECT_LT(served.size(), std::size_t{FD_SETSIZE});
  EXPECT_GT(served.size(), std::size_t{FD_SETSIZE - 64}) << "the server itself uses few descriptors";
  const Stats stats = stats_over(served.front());
  EXPECT_EQ(stats["connections/refused"], refused);
  EXPECT_EQ(stats["connections/open"], served.size());
  for (HttpClient& client : served) {
    EXPECT_EQ(client.request(post("sTILL")).body, "Still");
  }
}

TEST_F(Select, ServesTheNextClientWhenABitIsFree) {
  std::vector<HttpClient> clients;
  while (clients.size() < kMoreThanASetHolds) {
    clients.push_back(connect());
  }
  EXPECT_TRUE(eventually([&] { return stats_over(clients.front())["connections/refused"] > 0; }));
  clients.pop_back();
  clients.erase(clients.begin() + 1, clients.begin() + 11);
  EXPECT_TRUE(eventually([this] {
    HttpClient client = connect();
    (void)client.tcp().send(get("/healthz"));
    return client.receive().status == 200;
  }));
}

}  // namespace
}  // namespace majuscule::test
