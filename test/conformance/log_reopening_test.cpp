// SPDX-License-Identifier: MIT
// SIGUSR1 reopens the access log after it was renamed: at once, in every mode, and without losing a line.
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_test.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

namespace fs = std::filesystem;

class LogReopening : public ModeTest {
 protected:
  void rename(const fs::path& to) const { fs::rename(path_, to); }

  /// Sends the signal, and waits until the file exists again.
  void reopen() {
    server().process().signal(SIGUSR1);
    ASSERT_TRUE(eventually([this] { return fs::exists(path_); })) << server().process().standard_error();
  }

  /// Sends one request over a new connection. Its line is written soon afterwards.
  void ask(const std::string& text) {
    HttpClient client = connect();
    ASSERT_EQ(client.request(get("/capitalize?text=" + text, "Connection: close\r\n")).status, 200);
    EXPECT_TRUE(client.is_closed_by_server());
  }

  /// Returns whether the file reaches that many lines.
  static bool has_lines(const fs::path& path, std::size_t count) {
    return eventually([&] { return lines(path) >= count; }) && lines(path) == count;
  }

  static std::size_t lines(const fs::path& path) {
    std::size_t count = 0;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line); ++count) {
      EXPECT_TRUE(line.starts_with("127.0.0.1 - - [") && line.ends_with(R"( "-" "-")")) << line;
    }
    return count;
  }

  const TemporaryDirectory directory_;
  const fs::path folder_ = fs::path(directory_.path()) / "log";
  const fs::path path_ = folder_ / "access.log";
  const std::string option_ = "--access-log=" + path_.string();

 private:
  const bool made_ = fs::create_directory(folder_);
};
MAJUSCULE_RUN_IN_EVERY_MODE(LogReopening);

TEST_P(LogReopening, WritesLaterLinesToANewFile) {
  start({option_});
  ask("one");
  EXPECT_TRUE(has_lines(path_, 1));
  const fs::path old = folder_ / "access.log.1";
  rename(old);
  ask("two");
  EXPECT_TRUE(has_lines(old, 2)) << "a renamed file is used until the signal";
  reopen();
  // The new file exists slightly before the server writes to it.
  std::size_t asked = 2;
  EXPECT_TRUE(eventually([&] {
    ask("more");
    ++asked;
    return lines(path_) > 0;
  }));
  EXPECT_TRUE(eventually([&] { return lines(old) + lines(path_) == asked; })) << lines(old) << lines(path_);
  EXPECT_EQ(server().process().standard_error().find("SIGUSR1"), std::string::npos);
}

TEST_P(LogReopening, AppendsToAFileThatStillExists) {
  start({option_});
  ask("one");
  for (int i = 0; i < 10; ++i) {
    server().process().signal(SIGUSR1);
  }
  ask("two");
  EXPECT_TRUE(has_lines(path_, 2));
}

TEST_P(LogReopening, LosesNoLineUnderLoad) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start({option_});
  constexpr int kRotations = 20;
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> answered = 0;
  const auto load = [&] {
    HttpClient client = connect();
    while (!stop) {
      for (int i = 0; i < 10; ++i) {
        client.send(get("/capitalize?text=abc"));
      }
      for (int i = 0; i < 10; ++i) {
        answered += client.receive().status == 200 ? 1 : 0;
      }
    }
  };
  std::vector<std::jthread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back(load);
  }
  for (int i = 0; i < kRotations; ++i) {
    const std::size_t before = answered;
    ASSERT_TRUE(eventually([&] { return answered > before + 100; }));
    rename(folder_ / std::to_string(i));
    reopen();
  }
  stop = true;
  clients.clear();
  EXPECT_EQ(server().stop(), 0);
  std::size_t logged = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    logged += lines(entry.path());
  }
  EXPECT_EQ(logged, answered.load());
}

/// No thread has to wake up for it, and no lock is taken.
TEST_P(LogReopening, HappensWhileATaskHoldsTheThread) {
  start({option_, "--task=cpu:1min", "--drain-timeout=100ms"});
  HttpClient client = connect();
  client.send(get("/capitalize?text=a"));
  EXPECT_TRUE(client.tcp().wait_until_server_has_read());
  rename(folder_ / "old");
  reopen();
}

TEST_P(LogReopening, KeepsTheOldFileAndReportsAFailure) {
  start({option_});
  ask("zero");
  const fs::path moved = fs::path(directory_.path()) / "moved";
  fs::rename(folder_, moved);
  server().process().signal(SIGUSR1);
  const std::string complaint = "majuscule: SIGUSR1: cannot open " + option_ +
                                " again: No such file or directory; the old file stays in use\n";
  EXPECT_TRUE(eventually([&] {
    return server().process().standard_error().find(complaint) != std::string::npos;
  })) << server().process().standard_error();
  ask("one");
  EXPECT_TRUE(has_lines(moved / "access.log", 2));
  fs::rename(moved, folder_);
  rename(folder_ / "old");
  reopen();
}

TEST_P(LogReopening, WithoutALogDoesNothing) {
  start();
  for (int i = 0; i < 10; ++i) {
    server().process().signal(SIGUSR1);
    EXPECT_TRUE(serves_a_new_client());
  }
}

}  // namespace
}  // namespace majuscule::test
