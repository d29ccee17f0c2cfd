// SPDX-License-Identifier: MIT
// Simulated work. Assertions on time are lower bounds (the task was really done), or that waiting clients did
// not queue for one another. Speeds are left to measurements.
#include <vector>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class SimulatedTask : public ModeTest {
 protected:
  /// Returns how long the answer to `text` took.
  static Clock::duration time_of(HttpClient& client, const std::string& text, const std::string& body) {
    const auto begin = Clock::now();
    expect_ok(client.request(text), body);
    return Clock::now() - begin;
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(SimulatedTask);

TEST_P(SimulatedTask, OfEveryKindComesBeforeTheReply) {
  for (const char* task : {"sleep:120ms", "block:120ms", "cpu:120ms"}) {
    SCOPED_TRACE(task);
    start({"--task=" + std::string(task)});
    HttpClient client = connect();
    EXPECT_GE(time_of(client, post("aBC"), "Abc"), milliseconds(120));
    EXPECT_GE(time_of(client, get("/capitalize?text=aBC"), "Abc"), milliseconds(120));
    client.tcp().close();
    expect_clean_stop();
  }
}

TEST_P(SimulatedTask, NoneIsAccepted) {
  start({"--task=none"});
  HttpClient client = connect();
  expect_ok(client.request(post("aBC")), "Abc");
}

TEST_P(SimulatedTask, BurnsCpuTime) {
  start({"--task=cpu:200ms"});
  HttpClient client = connect();
  expect_ok(client.request(post("aBC")), "Abc");
  const Stats stats = stats_over(client);
  EXPECT_GE(stats.real("resources/user_seconds") + stats.real("resources/system_seconds"), 0.19);
}

TEST_P(SimulatedTask, SleepingClientsDoNotQueueForOneAnother) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  constexpr int kClients = 20;
  const milliseconds sleep = scaled(milliseconds(300));
  start({"--task=sleep:" + duration_option(milliseconds(300))});
  std::vector<HttpClient> clients;
  clients.reserve(kClients);
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(connect());
  }
  const auto begin = Clock::now();
  for (int i = 0; i < kClients; ++i) {
    clients[static_cast<std::size_t>(i)].send(get("/capitalize?text=c" + std::to_string(i)));
  }
  for (int i = 0; i < kClients; ++i) {
    expect_ok(clients[static_cast<std::size_t>(i)].receive(), "C" + std::to_string(i));
  }
  const auto elapsed = Clock::now() - begin;
  EXPECT_GE(elapsed, sleep);
  EXPECT_LT(elapsed, sleep * kClients) << "as long as one after the other: the tasks did not overlap";
  EXPECT_EQ(server().stats()["requests"], kClients);
}

TEST_P(SimulatedTask, RequestWithoutATaskOvertakesASleepingOne) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start({"--task=sleep:" + duration_option(milliseconds(500))});
  HttpClient sleeper = connect();
  sleeper.send(get("/capitalize?text=sleeper"));
  ASSERT_TRUE(sleeper.tcp().wait_until_server_has_read());
  EXPECT_EQ(server().stats()["requests"], 0) << "the sleeping request should not have been answered yet";
  expect_ok(sleeper.receive(), "Sleeper");
  EXPECT_EQ(server().stats()["requests"], 1);
}

TEST_P(SimulatedTask, OnlyCapitalizeRequestsHaveIt) {
  start({"--task=sleep:1min"});
  HttpClient client = connect();
  expect_ok(client.request(get("/healthz")), "ok");
  EXPECT_EQ(client.request(get("/")).status, 200);
  EXPECT_EQ(client.request(get("/stats")).status, 200);
  EXPECT_EQ(client.request(get("/capitalize")).status, 400);
  EXPECT_EQ(client.request(request("PUT", "/capitalize")).status, 405);
  EXPECT_EQ(client.request(request("HEAD", "/capitalize?text=a"), Body::kNone).status, 200);
}

TEST_P(SimulatedTask, EveryThirdRequestOfTheServerHasIt) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  const milliseconds sleep = scaled(milliseconds(500));
  start({"--task=sleep:" + duration_option(milliseconds(500)), "--task-every=3"});
  // Two clients alternate, and a raw one: the count is of the server, not of a connection.
  HttpClient even = connect();
  HttpClient odd = connect();
  std::vector<bool> had_task;
  for (int i = 0; i < 5; ++i) {
    had_task.push_back(time_of(i % 2 == 0 ? even : odd, get("/capitalize?text=a"), "A") >= sleep);
    expect_ok(even.request(get("/healthz")), "ok");
  }
  const auto begin = Clock::now();
  TcpClient raw = connect_raw();
  EXPECT_TRUE(raw.send("abc"));
  EXPECT_EQ(raw.receive_to_end().bytes, "Abc");
  had_task.push_back(Clock::now() - begin >= sleep);
  EXPECT_EQ(had_task, (std::vector<bool>{false, false, true, false, false, true}));
}

TEST_P(SimulatedTask, IsNotEndedByTheTimeoutsOfTheClient) {
  start({"--task=sleep:900ms", "--idle-timeout=300ms", "--write-timeout=300ms", "--body-timeout=300ms"});
  HttpClient client = connect();
  EXPECT_GE(time_of(client, post("patient"), "Patient"), milliseconds(900));
}

}  // namespace
}  // namespace majuscule::test
