// SPDX-License-Identifier: MIT
// Helpers for the tests of --workers: a server with a master and three workers.
#pragma once

#include <signal.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/process_usage.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {

constexpr std::size_t kWorkers = 3;
inline const std::string kThreeWorkers = "--workers=3";

class WorkersTest : public ServerTest {
 protected:
  Server& start(const std::string& mode, std::vector<std::string> options = {}, Process::Limits limits = {}) {
    options.push_back(kThreeWorkers);
    return ServerTest::start(mode, options, std::move(limits));
  }

  [[nodiscard]] std::vector<pid_t> workers() { return serving_children_of(server().process().pid()); }

  /// Returns the worker that serves the most clients.
  [[nodiscard]] pid_t busiest_worker() {
    const std::vector<pid_t> all = workers();
    return *std::max_element(all.begin(), all.end(),
                             [](pid_t a, pid_t b) { return clients_of(a) < clients_of(b); });
  }

  /// Kills a worker, and waits for its replacement.
  void kill_and_wait(pid_t worker) {
    ::kill(worker, SIGKILL);
    EXPECT_TRUE(eventually([&] {
      const std::vector<pid_t> now = workers();
      return now.size() == kWorkers && std::find(now.begin(), now.end(), worker) == now.end();
    })) << server().process().standard_error();
  }

  /// Returns that many clients, each with one answer and an open connection.
  [[nodiscard]] std::vector<HttpClient> clients(int count) {
    std::vector<HttpClient> all;
    for (int i = 0; i < count; ++i) {
      all.push_back(connect());
      expect_ok(all.back().request(get("/capitalize?text=hello")), "Hello");
    }
    return all;
  }

  /// Returns whether an idle client is still connected and served.
  [[nodiscard]] static bool is_served(HttpClient& client) {
    try {
      return client.request(get("/healthz")).body == "ok";
    } catch (const std::exception&) {
      return false;
    }
  }

  static std::int64_t clients_of(pid_t worker) {
    return descriptors_of(worker) + threads_of(worker);  // besides what all workers have in common
  }

  [[nodiscard]] std::string log() { return server().process().standard_error(); }
};

}  // namespace majuscule::test
