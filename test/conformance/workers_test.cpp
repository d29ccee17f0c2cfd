// SPDX-License-Identifier: MIT
// --workers: a master that forks three workers is one server to its clients. It counts for all of them,
// replaces who dies, and takes them along when it ends. That everything else is as without workers is shown
// by the other subjects, which run with --workers=3 too (meson.build).
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/process_usage.hpp"
#include "support/server_sanitizer.hpp"
#include "support/server_test.hpp"
#include "support/service_manager.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

constexpr std::size_t kWorkers = 3;
const std::string kThreeWorkers = "--workers=3";

class Workers : public ModeTest {
 protected:
  Server& start(std::vector<std::string> options = {}) {
    options.push_back(kThreeWorkers);
    return ModeTest::start(options);
  }

  [[nodiscard]] std::vector<pid_t> workers() { return children_of(server().process().pid()); }

  /// The worker that serves the most clients.
  [[nodiscard]] pid_t busiest_worker() {
    const std::vector<pid_t> all = workers();
    return *std::max_element(all.begin(), all.end(),
                             [](pid_t a, pid_t b) { return clients_of(a) < clients_of(b); });
  }

  /// Kills a worker, and waits for the one in its place.
  void kill_and_wait(pid_t worker) {
    ::kill(worker, SIGKILL);
    EXPECT_TRUE(eventually([&] {
      const std::vector<pid_t> now = workers();
      return now.size() == kWorkers && std::find(now.begin(), now.end(), worker) == now.end();
    })) << server().process().standard_error();
  }

  /// So many clients, each with an answer and a connection that stays.
  [[nodiscard]] std::vector<HttpClient> clients(int count) {
    std::vector<HttpClient> all;
    for (int i = 0; i < count; ++i) {
      all.push_back(connect());
      expect_ok(all.back().request(get("/capitalize?text=hello")), "Hello");
    }
    return all;
  }

  /// Whether a client that waits for nothing is still connected, and served.
  [[nodiscard]] static bool is_served(HttpClient& client) {
    try {
      return client.request(get("/healthz")).body == "ok";
    } catch (const std::exception&) {
      return false;
    }
  }

  static std::int64_t clients_of(pid_t worker) {
    return descriptors_of(worker) + threads_of(worker);  // beside what all workers have alike
  }

  [[nodiscard]] std::string log() { return server().process().standard_error(); }
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

TEST_P(Workers, EndWithOneWord) {
  start();
  const std::vector<pid_t> all = workers();
  server().process().signal(SIGTERM);
  (void)server().process().wait();
  EXPECT_EQ(log().find("stopped"), log().rfind("stopped")) << log();
  EXPECT_EQ(log().find("draining:"), log().rfind("draining:")) << log();
  EXPECT_TRUE(std::none_of(all.begin(), all.end(), is_alive));
  expect_exit(0);
}

TEST_P(Workers, CountTogetherWhicheverAnswers) {
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

TEST_P(Workers, DealTasksOverTheWholeServer) {
  start({"--task=sleep:300ms", "--task-every=10"});
  int late = 0;
  for (int i = 0; i < 50; ++i) {
    HttpClient client = connect();
    const auto begin = Clock::now();
    (void)client.request(get("/capitalize?text=hello", "Connection: close\r\n"));
    late += Clock::now() - begin >= milliseconds(290) ? 1 : 0;
  }
  EXPECT_GE(late, 5);
  EXPECT_LE(late, 10) << "a busy machine may make others late";
}

TEST_P(Workers, OneThatIsKilledLosesOnlyItsOwnClients) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
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

TEST_P(Workers, LeaveNoZombies) {
  start();
  for (int i = 0; i < 3; ++i) {
    kill_and_wait(workers().front());
  }
  const std::vector<pid_t> all = workers();
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), is_alive));
  EXPECT_TRUE(serves_a_new_client());
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

/// Nobody accepts from its queue any more when it is stopped; and its successor does.
TEST_P(Workers, TakeOverThoseWhoWaitForTheirPredecessor) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
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

TEST_P(Workers, HearTheirMasterOnly) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start({"--task=sleep:" + duration_option(milliseconds(500))});
  HttpClient busy = connect();
  busy.send(get("/capitalize?text=in+flight"));
  EXPECT_TRUE(busy.tcp().wait_until_server_has_read());
  const std::vector<pid_t> all = workers();
  for (const int number : {SIGINT, SIGTERM, SIGINT}) {  // as a terminal and systemd do, to all of a group
    for (const pid_t worker : all) {
      ::kill(worker, number);
    }
  }
  server().process().signal(SIGINT);
  expect_ok(busy.receive(), "In flight", Connection::kCloses);
  expect_exit(0);
}

TEST_P(Workers, GoOnWhenSomebodyElseTellsThemToStop) {
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

TEST_P(Workers, DieWithTheirMaster) {
  start();
  const std::vector<pid_t> all = workers();
  server().process().signal(SIGKILL);
  expect_exit(128 + SIGKILL);
  EXPECT_TRUE(eventually([&] { return std::none_of(all.begin(), all.end(), is_alive); }));
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
  server().process().signal(SIGTERM);
  (void)server().process().wait();
  EXPECT_NE(log().find("second signal: ending at once"), std::string::npos) << log();
  expect_exit(1);
  EXPECT_TRUE(std::none_of(all.begin(), all.end(), is_alive));
}

TEST_P(Workers, ThatDoNotHearAreKilledWhenTheDrainEnds) {
  start({"--drain-timeout=300ms"});
  ::kill(workers().front(), SIGSTOP);
  server().process().signal(SIGTERM);
  (void)server().process().wait();
  EXPECT_NE(log().find("are killed"), std::string::npos) << log();
  expect_exit(0);
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

TEST_P(Workers, OpenTheAccessLogAnewWhenTheMasterIsTold) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/access.log";
  start({"--access-log=" + path});
  kill_and_wait(workers().front());
  std::filesystem::rename(path, path + ".1");
  server().process().signal(SIGUSR1);
  const auto points_at_it = [&](pid_t worker) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(worker) + "/fd")) {
      std::error_code gone;
      if (std::filesystem::read_symlink(entry.path(), gone) == path) {
        return true;
      }
    }
    return false;
  };
  const std::vector<pid_t> all = workers();
  EXPECT_TRUE(eventually([&] { return std::all_of(all.begin(), all.end(), points_at_it); })) << log();
}

TEST_P(Workers, TakeOverWhatAServiceManagerPasses) {
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

/// For a while no process can be forked; those that are there serve on.
TEST_P(Workers, AreReplacedWhenThatIsPossibleAgain) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can start the server as a user of its own, whose processes are counted";
  }
  if (server_is_sanitized()) {
    GTEST_SKIP() << "a sanitizer needs threads of its own";
  }
  ModeTest::start({kThreeWorkers}, Process::Limits{.threads = 64});
  const pid_t master = server().process().pid();
  struct stat of_master {};
  ASSERT_EQ(::stat(("/proc/" + std::to_string(master)).c_str(), &of_master), 0);
  const auto limit_processes = [&](rlim_t most) {  // which only its own user may do everywhere
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
  expect_clean_stop();
}

/// A drain begins while one of them is not there, and clients wait in its listener.
TEST_P(Workers, ServeInADrainWhoWaitsForOneThatIsToBeReplaced) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start({"--reuseport"});
  const std::vector<pid_t> first = workers();
  const auto replacement = [&] {
    for (const pid_t worker : workers()) {
      if (std::find(first.begin(), first.end(), worker) == first.end()) return worker;
    }
    throw std::runtime_error("no worker was replaced: " + log());
  };
  kill_and_wait(first.front());
  for (int i = 0; i < 3; ++i) kill_and_wait(replacement());  // so often that there is a pause before the next
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

/// Nor do two servers share a port that each shares among its own workers.
TEST_P(WorkersThatCannot, HaveThePortSayItOnce) {
  start({"--reuseport"});
  const std::string port = "--port=" + std::to_string(server().port());
  expect_one_line({port}, "in use");
  expect_one_line({port, "--reuseport"}, "in use");
  EXPECT_TRUE(serves_a_new_client());
}

TEST_P(WorkersThatCannot, WriteTheAccessLogSayItOnce) {
  expect_one_line({"--port=0", "--access-log=/nonexistent/x"}, "/nonexistent/x");
}

/// In one mode: the limit is the master's own.
TEST(WorkersThatDie, AgainAndAgainEndTheServer) {
  Server server("epoll", {kThreeWorkers});
  const auto process = [&]() -> Process& { return server.process(); };
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
  EXPECT_EQ(process().wait(), 1);
  EXPECT_TRUE(std::none_of(first.begin(), first.end(), is_alive));
}

}  // namespace
}  // namespace majuscule::test
