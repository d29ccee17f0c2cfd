// SPDX-License-Identifier: MIT
// --workers: a master with three workers behaves as one server. It sums up their counters and forwards
// signals. The other subjects, which also run with --workers=3 (meson.build), show that the rest is
// unchanged; deaths of workers are in worker_deaths_test.cpp.
#include "conformance/workers.hpp"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/process_usage.hpp"
#include "support/server_test.hpp"
#include "support/service_manager.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

class Workers : public WorkersTest, public ::testing::WithParamInterface<std::string> {
 protected:
  Server& start(const std::vector<std::string>& options = {}) {
    return WorkersTest::start(GetParam(), options);
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(Workers);

TEST_P(Workers, AreOneServer) {
  start();
  EXPECT_EQ(workers().size(), kWorkers);
  const std::string output = server().process().standard_output();
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 2) << output;
  const Stats stats = server().stats();
  EXPECT_EQ(stats["workers"], static_cast<std::int64_t>(kWorkers));
  EXPECT_EQ(stats["pid"], server().process().pid());
  EXPECT_GE(stats["resources/threads"], static_cast<std::int64_t>(kWorkers + 1));
  server().process().signal(SIGTERM);
  expect_exit(0);
}

TEST_P(Workers, DrainOnOneSignal) {
  start();
  const std::vector<pid_t> all = workers();
  server().process().signal(SIGTERM);
  (void)server().process().wait();
  EXPECT_EQ(log().find("stopped"), log().rfind("stopped")) << log();
  EXPECT_EQ(log().find("draining:"), log().rfind("draining:")) << log();
  EXPECT_TRUE(std::none_of(all.begin(), all.end(), is_alive));
  expect_exit(0);
}

TEST_P(Workers, CountTogether) {
  start();
  for (int i = 0; i < 100; ++i) {
    HttpClient client = connect();
    expect_ok(client.request(get("/capitalize?text=hello", "Connection: close\r\n")), "Hello",
              Connection::kCloses);
  }
  for (int i = 0; i < 20; ++i) {
    const Stats stats = server().stats();
    EXPECT_EQ(stats["requests"], 100);
    EXPECT_EQ(stats["connections/accepted"], 101 + i);
  }
}

/// Requests with the task never get their answer, whichever worker they reach; all others do.
TEST_P(Workers, CountTasksOverTheWholeServer) {
  start({"--task=sleep:30min", "--task-every=10", "--drain-timeout=100ms"});
  constexpr int kAsked = 20;
  std::vector<HttpClient> all;
  for (int i = 0; i < kAsked; ++i) {
    all.push_back(connect());
    all.back().send(get("/capitalize?text=hello", "Connection: close\r\n"));
  }
  EXPECT_TRUE(eventually([this] {
    const Stats stats = server().stats();
    return stats["connections/accepted"] > kAsked && stats["connections/open"] == kAsked / 10 + 1;
  })) << server().stats().document();
  EXPECT_EQ(server().stats()["requests"], kAsked - kAsked / 10);
}

TEST_P(Workers, ShareTheLimitOfClients) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start({"--max-connections=10", "--reuseport"});
  std::vector<HttpClient> all = clients(10);
  HttpClient eleventh = connect();
  EXPECT_EQ(eleventh.receive().status, 503);
  kill_and_wait(busiest_worker());
  const auto served = std::count_if(all.begin(), all.end(), is_served);
  EXPECT_LT(served, 10);
  std::vector<HttpClient> more = clients(10 - static_cast<int>(served));
  HttpClient too_many = connect();
  EXPECT_EQ(too_many.receive().status, 503);
}

TEST_P(Workers, ObeyTheirMasterOnly) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start({"--task=sleep:" + duration_option(milliseconds(500))});
  HttpClient busy = connect();
  busy.send(get("/capitalize?text=in+flight"));
  EXPECT_TRUE(busy.tcp().wait_until_server_has_read());
  const std::vector<pid_t> all = workers();
  for (const int number : {SIGINT, SIGTERM, SIGINT}) {  // as a terminal and systemd do, to the whole group
    for (const pid_t worker : all) {
      ::kill(worker, number);
    }
  }
  server().process().signal(SIGINT);
  expect_ok(busy.receive(), "In flight", Connection::kCloses);
  expect_exit(0);
}

TEST_P(Workers, EndAtOnceWithTheSecondSignal) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start({"--task=sleep:1min", "--drain-timeout=1min"});
  HttpClient idle = connect();
  expect_ok(idle.request(get("/healthz")), "ok");
  HttpClient busy = connect();
  busy.send(get("/capitalize?text=in+flight"));
  EXPECT_TRUE(busy.tcp().wait_until_server_has_read());
  const std::vector<pid_t> all = workers();
  server().process().signal(SIGTERM);
  EXPECT_TRUE(idle.is_closed_by_server());
  signal_again(SIGTERM);
  (void)server().process().wait();
  EXPECT_NE(log().find("second signal: exiting at once"), std::string::npos) << log();
  expect_exit(1);
  EXPECT_TRUE(std::none_of(all.begin(), all.end(), is_alive));
}

TEST_P(Workers, WriteWholeLinesToOneAccessLog) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/access.log";
  start({"--access-log=" + path});
  for (int i = 0; i < 200; ++i) {
    HttpClient client = connect();
    expect_ok(client.request(get("/capitalize?text=hello", "Connection: close\r\n")), "Hello",
              Connection::kCloses);
  }
  const auto lines = [&] {
    int count = 0;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line); ++count) {
      EXPECT_TRUE(line.starts_with("127.0.0.1 - - [") && line.ends_with("\"-\" \"-\"")) << line;
    }
    return count;
  };
  EXPECT_TRUE(eventually([&] { return lines() == 200; })) << lines();
}

TEST_P(Workers, ReopenTheAccessLogWhenTheMasterDoes) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/access.log";
  start({"--access-log=" + path});
  kill_and_wait(workers().front());
  std::filesystem::rename(path, path + ".1");
  server().process().signal(SIGUSR1);
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(path); })) << log();
  // The new file exists slightly before the server writes to it.
  EXPECT_TRUE(eventually([&] {
    HttpClient client = connect();
    expect_ok(client.request(get("/healthz")), "ok");
    return std::filesystem::file_size(path) > 0;
  })) << log();
}

TEST_P(Workers, UseTheSocketsOfAServiceManager) {
  const ListeningSocket socket;
  Process process = start_activated(GetParam(), {{socket.fd()}}, {kThreeWorkers});
  ASSERT_TRUE(listens_on(process, "http://127.0.0.1:" + std::to_string(socket.port())))
      << process.standard_error();
  HttpClient client(socket.port());
  expect_ok(client.request(get("/healthz")), "ok");
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 0) << process.standard_error();
  client.tcp().close();

  Process refused = start_activated(GetParam(), {{socket.fd()}}, {kThreeWorkers, "--reuseport"});
  EXPECT_EQ(refused.wait(), 1);
  EXPECT_NE(refused.standard_error().find("--reuseport"), std::string::npos) << refused.standard_error();
}

class WorkersThatCannot : public Workers {
 protected:
  void expect_one_line(const std::vector<std::string>& options, const std::string& said) const {
    std::vector<std::string> arguments = {"--mode=" + GetParam(), kThreeWorkers};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = run_majuscule(arguments);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_EQ(std::count(outcome.error.begin(), outcome.error.end(), '\n'), 1) << outcome.error;
    EXPECT_NE(outcome.error.find(said), std::string::npos) << outcome.error;
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(WorkersThatCannot);

/// Two servers must not share a port, although each shares it among its own workers.
TEST_P(WorkersThatCannot, HaveThePortReportItOnce) {
  start({"--reuseport"});
  const std::string port = "--port=" + std::to_string(server().port());
  expect_one_line({port}, "in use");
  expect_one_line({port, "--reuseport"}, "in use");
  EXPECT_TRUE(serves_a_new_client());
}

TEST_P(WorkersThatCannot, WriteTheAccessLogReportItOnce) {
  expect_one_line({"--port=0", "--access-log=/nonexistent/x"}, "/nonexistent/x");
}

}  // namespace
}  // namespace majuscule::test
