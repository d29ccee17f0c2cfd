// SPDX-License-Identifier: MIT
// The signal queue overflows: with room for very few signals, most clients get no signal, and all are served.
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

  /// The server sees everything that `act` does at once.
  template <typename Act>
  void while_the_server_is_stopped(Act act) {
    server().process().signal(SIGSTOP);
    ASSERT_TRUE(eventually([this] { return state() == 'T'; }));
    act();
    server().process().signal(SIGCONT);
  }

 private:
  /// The state of the server's process (proc(5)).
  [[nodiscard]] char state() {
    std::ifstream file("/proc/" + std::to_string(pid()) + "/stat");
    std::string word;
    file >> word >> word >> word;
    return word.empty() ? '?' : word.front();
  }
};

TEST_F(Sigio, ServesAllClientsWhenTheSignalQueueOverflows) {
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

TEST_F(Sigio, AcceptsAllClientsWhenTheSignalQueueOverflows) {
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

/// Only signals from the kernel have a meaningful si_fd.
TEST_F(Sigio, SurvivesASignalWithoutADescriptor) {
  HttpClient client = connect();
  for (int i = 0; i < 3; ++i) {
    const sigval nonsense{.sival_int = 123'456'789};
    ::sigqueue(pid(), SIGRTMIN, nonsense);
    EXPECT_EQ(client.request(post("sTILL")).body, "Still");
  }
}

}  // namespace
}  // namespace majuscule::test
