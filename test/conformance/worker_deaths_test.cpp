// SPDX-License-Identifier: MIT
// Workers that die, are stopped or cannot be forked: their master replaces them, gives up, or ends with them.
// The effect on clients depends on the mode; the master's behaviour is tested once.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "conformance/workers.hpp"
#include "support/process_usage.hpp"
#include "support/server_sanitizer.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class WorkerDeaths : public WorkersTest, public ::testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "uring" && server_sanitizer() == Sanitizer::kThread) {
      GTEST_SKIP() << "the thread sanitizer delays signals in io_uring_enter(2)";
    }
  }

  Server& start(const std::vector<std::string>& options = {}) {
    return WorkersTest::start(GetParam(), options);
  }
};
MAJUSCULE_RUN_IN_THE_MODES(WorkerDeaths, "epoll", "threads", "uring");

TEST_P(WorkerDeaths, KilledWorkerLosesOnlyItsOwnClients) {
  start({"--reuseport"});  // so that each has some
  std::vector<HttpClient> all = clients(40);
  const pid_t victim = busiest_worker();
  const Stats before = server().stats();
  kill_and_wait(victim);
  const auto served = std::count_if(all.begin(), all.end(), is_served);
  EXPECT_LT(served, 40);
  EXPECT_GT(served, 0);
  EXPECT_TRUE(eventually([&] { return server().stats()["connections/open"] == served + 1; }))
      << server().stats().document();
  const Stats after = server().stats();
  EXPECT_EQ(after["requests"], 40);
  for (const char* name :
       {"user_seconds", "system_seconds", "voluntary_switches", "involuntary_switches", "max_rss_bytes"}) {
    const std::string path = "resources/" + std::string(name);
    EXPECT_GE(after.real(path), before.real(path)) << name;
  }
  EXPECT_NE(log().find("(pid " + std::to_string(victim) + ") was killed by signal 9 (Killed)"),
            std::string::npos)
      << log();
}

/// A stopped worker no longer accepts from its queue; its successor does.
TEST_P(WorkerDeaths, SuccessorServesTheClientsInItsListener) {
  start({"--reuseport"});
  const pid_t victim = workers().front();
  ::kill(victim, SIGSTOP);
  ASSERT_TRUE(eventually([&] { return state_of(victim) == 'T'; }));
  std::vector<HttpClient> all;
  for (int i = 0; i < 60; ++i) {
    all.push_back(connect());
    all.back().send(get("/capitalize?text=hello"));
  }
  kill_and_wait(victim);
  for (HttpClient& client : all) {
    expect_ok(client.receive(), "Hello");
  }
}

/// A drain begins while a worker is missing, and clients wait in its listener.
TEST_P(WorkerDeaths, DrainServesTheClientsOfAMissingWorker) {
  start({"--reuseport"});
  const std::vector<pid_t> first = workers();
  const auto replacement = [&] {
    for (const pid_t worker : workers()) {
      if (std::find(first.begin(), first.end(), worker) == first.end()) return worker;
    }
    throw std::runtime_error("no worker was replaced: " + log());
  };
  kill_and_wait(first.front());
  for (int i = 0; i < 3; ++i) kill_and_wait(replacement());  // often enough for a pause before the next start
  ::kill(replacement(), SIGKILL);
  EXPECT_TRUE(eventually([&] { return workers().size() < kWorkers; }));
  std::vector<HttpClient> all;
  for (int i = 0; i < 30; ++i) {
    all.push_back(connect());
    all.back().send(get("/capitalize?text=hello"));
  }
  server().process().signal(SIGTERM);
  for (HttpClient& client : all) {
    EXPECT_EQ(client.receive().body, "Hello");
  }
  expect_exit(0);
}

class MasterOfWorkers : public WorkersTest {
 protected:
  Server& start(const std::vector<std::string>& options = {}, Process::Limits limits = {}) {
    return WorkersTest::start("epoll", options, std::move(limits));
  }
};

TEST_F(MasterOfWorkers, LeavesNoZombies) {
  start();
  for (int i = 0; i < 3; ++i) {
    kill_and_wait(workers().front());
  }
  const std::vector<pid_t> all = workers();
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), is_alive));
  EXPECT_TRUE(serves_a_new_client());
}

TEST_F(MasterOfWorkers, WorkersIgnoreStopSignalsOfOthers) {
  start();
  const std::vector<pid_t> all = workers();
  for (const pid_t worker : all) {
    ::kill(worker, SIGTERM);
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(serves_a_new_client());
  }
  EXPECT_EQ(workers(), all);
}

TEST_F(MasterOfWorkers, WorkersDieWithIt) {
  start();
  const std::vector<pid_t> all = workers();
  server().process().signal(SIGKILL);
  expect_exit(128 + SIGKILL);
  EXPECT_TRUE(eventually([&] { return std::none_of(all.begin(), all.end(), is_alive); }));
}

TEST_F(MasterOfWorkers, KillsStoppedWorkersAfterTheDrainTimeout) {
  start({"--drain-timeout=300ms"});
  ::kill(workers().front(), SIGSTOP);
  server().process().signal(SIGTERM);
  (void)server().process().wait();
  EXPECT_NE(log().find("drain timeout: killing the workers"), std::string::npos) << log();
  expect_exit(0);
}

/// For a while no process can be forked; the remaining workers serve on.
TEST_F(MasterOfWorkers, ReplacesWorkersWhenForkingWorksAgain) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can start the server as a separate user, whose processes are counted";
  }
  if (server_is_sanitized()) {
    GTEST_SKIP() << "a sanitizer needs additional threads";
  }
  start({}, Process::Limits{.threads = 64});
  const pid_t master = server().process().pid();
  struct stat of_master {};
  ASSERT_EQ(::stat(("/proc/" + std::to_string(master)).c_str(), &of_master), 0);
  const auto limit_processes = [&](rlim_t most) {  // without root, only this user may do it
    const rlimit limit{most, 64};
    const pid_t helper = ::fork();
    if (helper == 0) {
      const bool is_user = ::setgid(of_master.st_gid) == 0 && ::setuid(of_master.st_uid) == 0;
      ::_exit(is_user && ::prlimit(master, RLIMIT_NPROC, &limit, nullptr) == 0 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(helper, &status, 0), helper);
    ASSERT_EQ(status, 0);
  };
  limit_processes(1);
  for (const pid_t worker : {workers().front(), workers().back()}) {
    ::kill(worker, SIGKILL);
  }
  EXPECT_TRUE(eventually([&] { return log().find("cannot be forked") != std::string::npos; })) << log();
  EXPECT_TRUE(serves_a_new_client());
  limit_processes(64);
  EXPECT_TRUE(eventually([&] { return workers().size() == kWorkers; })) << log();
  EXPECT_TRUE(serves_a_new_client());
}

TEST_F(MasterOfWorkers, EndsWhenWorkersDieAgainAndAgain) {
  start();
  const auto process = [this]() -> Process& { return server().process(); };
  const pid_t master = process().pid();
  std::vector<pid_t> first = children_of(master);
  ASSERT_EQ(first.size(), kWorkers);
  EXPECT_TRUE(eventually(
      [&] {
        if (process().standard_error().find("giving up") != std::string::npos) {
          return true;
        }
        for (const pid_t worker : children_of(master)) {
          if (std::find(first.begin() + 1, first.end(), worker) == first.end()) {
            ::kill(worker, SIGKILL);
          }
        }
        return false;
      },
      3 * patience()))
      << process().standard_error();
  expect_exit(1);
  EXPECT_TRUE(std::none_of(first.begin(), first.end(), is_alive));
}

}  // namespace
}  // namespace majuscule::test
