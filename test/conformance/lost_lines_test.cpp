// SPDX-License-Identifier: MIT
// The access log cannot be written: its reader has stopped or died, the disk is full, or the file may not
// grow. Requests are answered as usual. Each line is written completely or counted as lost in /stats, the log
// gives the reason, and writing resumes when possible.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/configuration_test.hpp"
#include "support/pipe.hpp"
#include "support/process_usage.hpp"
#include "support/server_sanitizer.hpp"
#include "support/server_test.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

class LostLines : public ConfigurationTest {
 protected:
  /// Sends `count` requests over one connection, each answered.
  void ask(int count) {
    HttpClient client = connect();
    for (int i = 0; i < count; ++i) {
      ++asked_;
      ASSERT_EQ(client.request(get("/capitalize?text=n" + std::to_string(asked_))).status, 200);
    }
  }

  /// Sends requests with lines of 8 KB until the first is lost: the memory for waiting lines is bounded.
  void ask_until_one_is_lost() {
    const std::string request = get("/capitalize?text=" + std::string(8'000, 'm'));
    HttpClient client = connect();
    for (int i = 0; i < kTooMuch / 8'000; ++i) {
      ++asked_;
      ASSERT_EQ(client.request(request).status, 200);
      if (i % 50 == 49) {
        ++asked_;
        if (stats_over(client)["log/lost_lines"] > 0) return;
      }
    }
    FAIL() << "no line is lost of " << kTooMuch << " unread bytes";
  }

  /// Returns how many lines of the earlier requests /stats reports as lost.
  std::int64_t lost() {
    const std::int64_t lost = server().stats()["log/lost_lines"];
    ++asked_;
    return lost;
  }

  /// Expects that every request so far has a complete line in the result of `text`, or is counted as lost.
  template <typename Text>
  void expect_each_line_written_or_counted(Text text) {
    std::int64_t known = 0;
    std::size_t written = 0;
    EXPECT_TRUE(eventually([&] {
      known = lost();
      return eventually(
          [&] {
            written = whole_lines(text());
            const std::int64_t sum = static_cast<std::int64_t>(written) + known;
            return sum == asked_ ||
                   sum == asked_ - 1;  // the line of the /stats request itself may be lost by now
          },
          milliseconds(100));
    })) << written
        << " lines and " << known << " that are lost, of " << asked_ << " requests";
  }

  /// Returns the number of lines; the last one may still be missing.
  static std::size_t whole_lines(const std::string& text) {
    std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line == "filling") {
        continue;
      }
      EXPECT_TRUE(line.starts_with("127.0.0.1 - - [") && line.ends_with(R"( "-" "-")")) << line;
      ++count;
    }
    return count;
  }

  static std::string contents_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void expect_said(const std::string& pattern) {
    EXPECT_TRUE(eventually([&] {
      return std::regex_search(server().process().standard_error(), std::regex(pattern));
    })) << server().process().standard_error();
  }

  static constexpr int kTooMuch = 128 * 1024 * 1024;
  const TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/access.log";
  const std::string option_ = "--access-log=" + path_;
  std::int64_t asked_ = 0;
};
MAJUSCULE_RUN_IN_A_FEW_CONFIGURATIONS(LostLines);

TEST_P(LostLines, OfAStoppedReaderAreCountedAndLaterOnesAreWritten) {
  Pipe log(path_);
  start({option_});
  ask_until_one_is_lost();
  expect_said("los[te]|dropped");
  expect_each_line_written_or_counted([&] {
    log.read_now();
    return log.text();
  });
  const std::size_t before = whole_lines(log.text());
  ask(10);
  EXPECT_TRUE(eventually([&] {
    log.read_now();
    return whole_lines(log.text()) >= before + 10;
  })) << "no line is written although the pipe is read again";
}

TEST_P(LostLines, DoNotPreventStopping) {
  Pipe log(path_);
  start({option_, "--task=sleep:" + duration_option(milliseconds(300))});
  log.fill();
  HttpClient busy = connect();
  busy.send(get("/capitalize?text=in+flight"));
  EXPECT_TRUE(busy.tcp().wait_until_server_has_read());
  server().process().signal(SIGTERM);
  expect_ok(busy.receive(), "In flight", Connection::kCloses);
  expect_exit(0);
}

TEST_P(LostLines, OfADeadReaderAreCountedUntilAnotherReads) {
  Pipe log(path_);
  start({option_});
  ask(5);
  EXPECT_TRUE(log.shows("text=n5 "));
  log.close_reader();
  log.close_writer();
  ask(20);
  EXPECT_TRUE(serves_a_new_client());
  ++asked_;
  Pipe again(path_);
  EXPECT_TRUE(eventually([&] {
    ask(1);
    return again.shows("GET /capitalize", milliseconds(50));
  })) << "no line is written although there is another reader";
  expect_each_line_written_or_counted([&] {
    again.read_now();
    return log.text() + again.text();
  });
}

TEST_P(LostLines, OfAFullDiskAreCountedExactly) {
  start({"--access-log=/dev/full"});
  ask(100);
  EXPECT_TRUE(eventually([this] {
    const std::int64_t before = asked_;
    return lost() == before;
  })) << server().stats().document();
  expect_said("/dev/full.*No space left on device");
}

TEST_P(LostLines, OfAFileAtItsSizeLimitHaveTheTrueReason) {
  constexpr rlim_t kMost = 8192;
  start({option_}, {.inheritance = {.file_size = kMost}});
  const std::vector<pid_t> workers = serving_children_of(server().process().pid());
  ask(200);
  expect_each_line_written_or_counted([this] { return contents_of(path_); });
  EXPECT_GT(lost(), 0);
  const std::string full = contents_of(path_);
  EXPECT_LE(full.size(), kMost);
  EXPECT_GT(full.size(), kMost / 2);
  expect_said("File too large");
  EXPECT_EQ(server().process().standard_error().find("No space left"), std::string::npos);
  if (has_workers()) {
    EXPECT_EQ(serving_children_of(server().process().pid()), workers) << "a worker was killed by SIGXFSZ";
  }
  // The file is emptied, so there is room.
  ASSERT_EQ(::truncate(path_.c_str(), 0), 0);
  EXPECT_TRUE(eventually([this] {
    ask(1);
    return whole_lines(contents_of(path_)) > 0;
  }));
}

TEST_P(LostLines, UseNoMemory) {
  if (server_is_sanitized()) {
    GTEST_SKIP() << "a sanitizer delays freeing";
  }
  constexpr std::int64_t kMost = 16 * 1024 * 1024;
  Pipe log(path_);
  start({option_});
  ask(10);
  const std::int64_t before = anonymous_memory_of(server().process().pid());
  // Lines of 8 KB each, five times the bytes that may wait.
  const std::string request = get("/capitalize?text=" + std::string(8'000, 'm'));
  HttpClient client = connect();
  for (std::int64_t sent = 0; sent < 5 * kMost; sent += static_cast<std::int64_t>(request.size())) {
    ASSERT_EQ(client.request(request).status, 200);
  }
  EXPECT_LT(anonymous_memory_of(server().process().pid()) - before, kMost);
}

}  // namespace
}  // namespace majuscule::test
