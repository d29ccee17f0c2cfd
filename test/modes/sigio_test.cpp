// SPDX-License-Identifier: MIT
// The queue of signals overflows: with room for hardly any, the readiness of most clients is never told of by
// a signal of their own, and all of them are served.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

constexpr int kSignallingClients = 300;
constexpr rlim_t kQueuedSignals = 4;

class Sigio : public ServerTest {
 protected:
  void SetUp() override {
    start("sigio");
    const rlimit few{kQueuedSignals, kQueuedSignals};
    ASSERT_EQ(::prlimit(pid(), RLIMIT_SIGPENDING, &few, nullptr), 0);
  }

  [[nodiscard]] pid_t pid() { return server().process().pid(); }

  /// What `act` does happens all at once for the server.
  template <typename Act>
  void while_the_server_is_stopped(Act act) {
    server().process().signal(SIGSTOP);
    ASSERT_TRUE(eventually([this] { return state() == 'T'; }));
    act();
    server().process().signal(SIGCONT);
  }

 private:
  /// Of the server, by proc(5).
  [[nodiscard]] char state() {
    std::ifstream file("/proc/" + std::to_string(pid()) + "/stat");
    std::string word;
    file >> word >> word >> word;
    return word.empty() ? '?' : word.front();
  }
};

TEST_F(Sigio, ServesEverybodyWhenTheQueueOfSignalsOverflows) {
  std::vector<HttpClient> clients;
  for (int i = 0; i < kSignallingClients; ++i) {
    clients.push_back(connect());
    EXPECT_EQ(clients.back().request(post("fIRST")).body, "First");
  }
  while_the_server_is_stopped([&] {
    for (HttpClient& client : clients) {
      client.send(post("sECOND"));
    }
  });
  for (HttpClient& client : clients) {
    EXPECT_EQ(client.receive().body, "Second");
  }
}

TEST_F(Sigio, AcceptsEverybodyWhenTheQueueOfSignalsOverflows) {
  std::vector<HttpClient> clients;
  while_the_server_is_stopped([&] {
    for (int i = 0; i < kSignallingClients; ++i) {
      clients.push_back(connect());
      clients.back().send(post("hELLO"));
    }
  });
  for (HttpClient& client : clients) {
    EXPECT_EQ(client.receive().body, "Hello");
  }
}

/// Nobody but the kernel says what si_fd is.
TEST_F(Sigio, SurvivesASignalThatNamesNoDescriptor) {
  HttpClient client = connect();
  for (int i = 0; i < 3; ++i) {
    const sigval nonsense{.sival_int = 123'456'789};
    ::sigqueue(pid(), SIGRTMIN, nonsense);
    EXPECT_EQ(client.request(post("sTILL")).body, "Still");
  }
}

}  // namespace
}  // namespace majuscule::test
