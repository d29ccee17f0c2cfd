// SPDX-License-Identifier: MIT
// Risks of a mode with a process for each client: zombies, killed and orphaned children, signals to the whole
// group, and what a child inherits.
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/process_usage.hpp"
#include "support/server_sanitizer.hpp"
#include "support/server_test.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

class Children : public ServerTest {
 protected:
  Server& start(const std::vector<std::string>& options = {}, Process::Limits limits = {}) {
    return ServerTest::start("process", options, limits);
  }

  pid_t parent() { return server().process().pid(); }
  /// Includes zombies.
  std::vector<pid_t> children() { return children_of(parent()); }

  /// Returns a client that has been served once, with the child that serves it.
  std::pair<HttpClient, pid_t> client_with_child() {
    const std::vector<pid_t> before = children();
    HttpClient client = connect();
    expect_ok(client.request(get("/healthz")), "ok");
    for (const pid_t child : children()) {
      if (std::find(before.begin(), before.end(), child) == before.end()) {
        return {std::move(client), child};
      }
    }
    throw std::runtime_error("a client must have its own child");
  }

  bool logs(const std::string& text) {
    return eventually([&] { return server().process().standard_error().find(text) != std::string::npos; });
  }

  /// Returns a client whose request is in progress.
  HttpClient client_in_task() {
    HttpClient client = connect();
    client.send(get("/capitalize?text=in+flight"));
    EXPECT_TRUE(client.tcp().wait_until_server_has_read());
    return client;
  }
};

TEST_F(Children, AreAllReaped) {
  start();
  constexpr int kClients = 200;
  std::vector<HttpClient> crowd;
  for (int i = 0; i < kClients; ++i) {
    crowd.push_back(connect());
    expect_ok(crowd.back().request(post("aBC")), "Abc");
    if (i % 2 == 0) {
      crowd.pop_back();
    }
  }
  EXPECT_TRUE(eventually([this] { return children().size() == kClients / 2; }));
  EXPECT_EQ(stats_over(crowd.front())["connections/open"], kClients / 2);
  crowd.clear();
  EXPECT_TRUE(eventually([this] { return children().empty(); })) << children().size() << " children are left";
  EXPECT_EQ(server().stats()["requests"], kClients);
}

TEST_F(Children, ThatAreKilledLoseOnlyTheirOwnClients) {
  start();
  auto [victim, child] = client_with_child();
  auto [other, other_child] = client_with_child();
  EXPECT_EQ(stats_over(other)["connections/open"], 2);
  ::kill(child, SIGKILL);
  const Received nothing = victim.tcp().receive_to_end();
  EXPECT_EQ(nothing.bytes, "");
  EXPECT_NE(nothing.ending, Ending::kStillOpen);
  EXPECT_TRUE(eventually([&, &still = other] { return stats_over(still)["connections/open"] == 1; }));
  EXPECT_EQ(children(), std::vector<pid_t>{other_child});
  EXPECT_TRUE(logs("killed by signal 9"));
  expect_ok(other.request(post("sTILL")), "Still");
  EXPECT_TRUE(serves_a_new_client());
}

TEST_F(Children, DieWithTheirParent) {
  start();
  auto [client, child] = client_with_child();
  server().process().signal(SIGKILL);
  expect_exit(128 + SIGKILL);
  EXPECT_NE(client.tcp().receive_to_end().ending, Ending::kStillOpen);
  EXPECT_TRUE(eventually([pid = child] { return !is_alive(pid); }));
}

TEST_F(Children, DieAtTheSecondSignal) {
  start({"--task=sleep:1min", "--drain-timeout=1min"});
  HttpClient client = client_in_task();
  server().process().signal(SIGTERM);
  ASSERT_TRUE(logs("draining: 1 clients"));
  signal_again(SIGTERM);
  expect_exit(1);
  const Received nothing = client.tcp().receive_to_end();
  EXPECT_EQ(nothing.bytes, "");
  EXPECT_NE(nothing.ending, Ending::kStillOpen);
}

/// As a terminal (Ctrl-C) and a service manager do.
TEST_F(Children, DrainOnceWhenASignalReachesAll) {
  for (const int number : {SIGINT, SIGTERM}) {
    SCOPED_TRACE(number);
    start({"--task=sleep:" + duration_option(milliseconds(700))});
    HttpClient client = client_in_task();
    for (const pid_t child : children()) {
      ::kill(child, number);
      ::kill(child, number);
    }
    server().process().signal(number);
    expect_ok(client.receive(), "In flight", Connection::kCloses);
    expect_exit(0);
  }
}

TEST_F(Children, InheritNothingFromOneAnother) {
  start({"--max-connections=21"});
  auto [first, first_child] = client_with_child();
  std::vector<HttpClient> crowd;
  for (int i = 0; i < 19; ++i) {
    crowd.push_back(connect());
    expect_ok(crowd.back().request(get("/healthz")), "ok");
  }
  auto [last, last_child] = client_with_child();
  HttpClient refused = connect();
  EXPECT_EQ(refused.receive().status, 503);
  crowd.pop_back();
  EXPECT_TRUE(eventually([&, &still = first] { return stats_over(still)["connections/open"] == 20; }));
  auto [late, late_child] = client_with_child();  // while the refused client is held
  EXPECT_EQ(descriptors_of(last_child), descriptors_of(first_child));
  EXPECT_EQ(descriptors_of(late_child), descriptors_of(first_child));
}

TEST_F(Children, WriteToTheReopenedLog) {
  const TemporaryDirectory directory;
  const std::string log = directory.path() + "/access.log";
  start({"--access-log=" + log});
  auto [client, child] = client_with_child();
  std::filesystem::rename(log, log + ".1");
  server().process().signal(SIGUSR1);
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(log); }));
  const auto lines_in_new = [&] {
    std::ifstream file(log);
    return std::count(std::istreambuf_iterator(file), {}, '\n');
  };
  // The new file exists slightly before the server writes to it.
  EXPECT_TRUE(eventually([&, &asking = client] {
    expect_ok(asking.request(get("/healthz")), "ok");
    return lines_in_new() > 0;
  }));
}

/// Each child has the whole limit for itself; only the client that needs more is closed.
TEST_F(Children, WithoutMemoryDoNotAffectOthers) {
  if (server_is_sanitized()) {
    GTEST_SKIP() << "a sanitizer needs more address space than a limit would allow";
  }
  start({"--max-body=512MiB"}, Process::Limits{.address_space = 256 * 1024 * 1024});
  HttpClient good = connect();
  HttpClient greedy = connect();
  (void)greedy.tcp().send(request("POST", "/capitalize", "Content-Length: 400000000\r\n"));
  const std::string piece(1024 * 1024, 'M');
  for (int i = 0; i < 400 && greedy.tcp().send(piece); ++i) {
  }
  const Received received = greedy.tcp().receive_to_end();
  EXPECT_TRUE(received.bytes.empty() || received.bytes.starts_with("HTTP/1.1 503 ")) << received.bytes;
  EXPECT_NE(received.ending, Ending::kStillOpen);
  expect_ok(good.request(post("gOOD")), "Good");
  EXPECT_TRUE(eventually([&] { return stats_over(good)["connections/open"] == 1; }));
}

}  // namespace
}  // namespace majuscule::test
