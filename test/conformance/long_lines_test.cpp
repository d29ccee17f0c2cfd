// SPDX-License-Identifier: MIT
// Lines of the access log that are longer than a pipe takes atomically, from several processes at once: each
// is complete or missing, and none is mixed with another.
#include <signal.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include "support/configuration_test.hpp"
#include "support/pipe.hpp"
#include "support/server_test.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

class LongLines : public ConfigurationTest {
 protected:
  static constexpr int kClients = 6;
  static constexpr int kRequests = 40;  // of each client

  /// Sends the requests of clients that each use one letter, in lines of 3 to 13 KB.
  void ask() {
    std::vector<std::thread> clients;
    for (int client = 0; client < kClients; ++client) {
      clients.emplace_back([this, letter = static_cast<char>('a' + client)] {
        for (int i = 0; i < kRequests; ++i) {
          const std::size_t size = 3'000 + static_cast<std::size_t>(i) * 10'000 / kRequests;
          HttpClient one = connect();  // so that each worker has some
          EXPECT_EQ(one.request(get("/capitalize?text=" + std::string(size, letter), "Connection: close\r\n"))
                        .status,
                    200);
        }
      });
    }
    for (std::thread& client : clients) {
      client.join();
    }
  }

  /// Returns the number of lines in `text`, each of which must be of one client.
  static std::int64_t whole_lines(const std::string& text) {
    const std::string prefix = "\"GET /capitalize?text=";
    const std::string suffix = " HTTP/1.1\" 200 ";
    std::istringstream lines(text);
    std::int64_t count = 0;
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line.find("/stats") != std::string::npos) {
        continue;
      }
      const auto target = line.find(prefix);
      const auto end = line.find(suffix);
      const bool has_both = line.starts_with("127.0.0.1 - - [") && target != std::string::npos &&
                            end != std::string::npos && target < end;
      if (!has_both) {
        ADD_FAILURE() << "torn: " << line.substr(0, 100) << "..." << line.substr(line.size() - 50);
        continue;
      }
      const std::string letters = line.substr(target + prefix.size(), end - target - prefix.size());
      EXPECT_EQ(letters.find_first_not_of(letters.front()), std::string::npos) << "a line mixes two clients";
      const std::string rest = line.substr(end + suffix.size());
      EXPECT_EQ(rest, std::to_string(letters.size()) + R"( "-" "-")") << "torn";
      ++count;
    }
    return count;
  }

  /// Sends the requests, ends the server, and checks the written lines and the number of lost ones.
  template <typename Text>
  void expect_whole(Text text, bool is_all_read) {
    ask();
    const std::int64_t lost = server().stats()["log/lost_lines"];
    server().process().signal(SIGTERM);
    expect_exit(0);
    std::string lines = text();
    if (!is_all_read) {
      // The server does not wait for a reader at its end, so the last line may be incomplete.
      lines.erase(lines.rfind('\n') + 1);
    }
    const std::int64_t written = whole_lines(lines);
    EXPECT_GT(written, 0);
    EXPECT_LE(written + lost, kClients * kRequests);
    EXPECT_TRUE(!is_all_read || written + lost == kClients * kRequests)
        << written << " lines, and lost: " << lost;
  }

  const TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/access.log";
};
MAJUSCULE_RUN_IN_A_FEW_CONFIGURATIONS(LongLines);

TEST_P(LongLines, AreCompleteInAPipeThatIsReadContinuously) {
  Pipe log(path_, 65'536);
  start({"--access-log=" + path_});
  log.close_writer();
  std::atomic<bool> stop = false;
  std::jthread reader([&] {
    while (!stop) {
      log.read_now();
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  expect_whole(
      [&] {
        stop = true;
        reader.join();
        return log.text_to_the_end();
      },
      true);
}

/// Most are lost; the others are complete.
TEST_P(LongLines, AreCompleteInASmallPipeThatIsReadSometimes) {
  Pipe log(path_, 8'192);
  start({"--access-log=" + path_});
  log.close_writer();
  std::atomic<bool> stop = false;
  std::jthread reader([&] {
    while (!stop) {
      log.read_now();
      std::this_thread::sleep_for(milliseconds(10));
    }
  });
  expect_whole(
      [&] {
        stop = true;
        reader.join();
        return log.text_to_the_end();
      },
      false);
}

TEST_P(LongLines, AreCompleteInAFile) {
  start({"--access-log=" + path_});
  expect_whole(
      [this] {
        std::ifstream file(path_);
        return std::string(std::istreambuf_iterator<char>(file), {});
      },
      true);
}

}  // namespace
}  // namespace majuscule::test
