// SPDX-License-Identifier: MIT
// Clients that leave abruptly, a thousand of each kind (fewer under a sanitizer). Afterwards the server has
// as many descriptors and threads as before, its memory has not grown, and every client is counted as
// accepted and closed. Leaks of a sanitized build show in the server's exit code.
//
// MAJUSCULE_TEST_CLIENTS=10000 is the long version (CONTRIBUTING).
#include <stdlib.h>

#include <algorithm>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "majuscule/mode.hpp"
#include "support/environment.hpp"
#include "support/process_usage.hpp"
#include "support/server_sanitizer.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

enum class Port { kHttp, kRaw };

/// What a client waits for before it leaves.
enum class Until { kNothing, kRead, kAnswerBegins };

enum class Leave { kReset, kClose, kReadToTheEnd };

struct Kind {
  Port port;
  std::string text;
  Until until;
  Leave leave;
  bool half_closes = false;  ///< before it leaves
};

const std::string kLargeBody(256 * 1024, 'L');
const std::string kRequest = get("/capitalize?text=aBRUPT");
const std::string kAnswer = "Abrupt";

class AbruptClients : public ModeTest {
 protected:
  void SetUp() override {
    MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
    // One heap, and large blocks returned at once, so that memory is what the server holds, and not what
    // allocator arenas keep.
    ::setenv("MALLOC_ARENA_MAX", "1", 1);
    ::setenv("MALLOC_MMAP_THRESHOLD_", "65536", 1);
  }

  /// Sends all clients of a kind, and expects that the server keeps nothing of them.
  void expect_no_trace_of(const Kind& kind, const std::string& task = "none") {
    // Timeouts so long that none of them cleans up after a client.
    std::vector<std::string> options = {"--task=" + task, "--header-timeout=10min", "--body-timeout=10min",
                                        "--idle-timeout=10min", "--write-timeout=10min"};
    if (GetParam() == "pool") options.push_back("--threads=" + std::to_string(kPoolThreads));
    start(options);
    HttpClient watcher = connect();
    EXPECT_EQ(stats_over(watcher)["connections/open"], 1);
    if (GetParam() == "pool") occupy_the_pool();
    send_clients(kind, warm_up_, watcher);
    const Usage quiet = usage();  // all threads have begun to run
    const std::int64_t growth = growth_of_a_round(kind, watcher);

    EXPECT_TRUE(eventually([&] {
      const Usage now = usage();
      return now.descriptors <= quiet.descriptors && now.threads <= quiet.threads;
    })) << "descriptors: "
        << quiet.descriptors << " before, " << usage().descriptors << " after; threads: " << quiet.threads
        << " before, " << usage().threads << " after";
    RecordProperty("memory_growth_bytes", std::to_string(growth));
    if (!server_is_sanitized()) {
      EXPECT_LT(growth, leak_) << "bytes of memory in each round of " << clients_ / kRounds << " clients";
    }
    EXPECT_EQ(stats_over(watcher)["connections/refused"], 0);
    EXPECT_EQ(stats_over(watcher)["connections/timed_out"], 0);
  }

 private:
  static constexpr int kRounds = 5;
  static constexpr int kPoolThreads = 128;  // more than there are clients at once

  struct Usage {
    std::int64_t descriptors;
    std::int64_t threads;
    std::int64_t memory;
  };

  Usage usage() {
    const pid_t pid = server().process().pid();
    return {descriptors_of(pid), threads_of(pid), anonymous_memory_of(pid)};
  }

  /// Returns by how many bytes the memory grows in the best round. A leak shows in every round; growth of the
  /// allocator's heaps does not, given enough rounds. A round in which they shrink could hide a leak, so it
  /// does not count.
  std::int64_t growth_of_a_round(const Kind& kind, HttpClient& watcher) {
    std::int64_t growth = std::numeric_limits<std::int64_t>::max();
    for (int round = 0; round < kRounds || (growth >= leak_ && !server_is_sanitized() && round < 5 * kRounds);
         ++round) {
      const std::int64_t before = usage().memory;
      send_clients(kind, clients_ / kRounds, watcher);
      const std::int64_t by = usage().memory - before;
      if (by >= 0) growth = std::min(growth, by);
      if (HasFailure()) break;
    }
    return growth;
  }

  /// Gives all threads but the watcher's a client at once. Otherwise some would start to run, and touch their
  /// stacks, in later rounds.
  void occupy_the_pool() {
    std::vector<HttpClient> clients;
    for (int i = 1; i < kPoolThreads; ++i) {
      clients.push_back(connect());
      EXPECT_EQ(clients.back().request(get("/healthz")).status, 200);
    }
    sent_ += kPoolThreads - 1;
  }

  /// Sends clients in batches. Each is counted as accepted and closed before the next, so that the number of
  /// clients at once is fixed.
  void send_clients(const Kind& kind, int count, HttpClient& watcher) {
    for (int sent = 0; sent < count && !HasFailure(); sent += batch_) {
      send_batch(kind);
      sent_ += batch_;
      EXPECT_TRUE(eventually([&] {
        const Stats stats = stats_over(watcher);
        return stats["connections/accepted"] == 1 + sent_ && stats["connections/open"] == 1;
      })) << stats_over(watcher).document();
    }
  }

  void send_batch(const Kind& kind) {
    std::vector<TcpClient> clients;
    for (int i = 0; i < batch_; ++i) {
      // A client that does not read its answer has a small receive buffer.
      clients.emplace_back(kind.port == Port::kRaw ? server().raw_port() : server().port(), 4096);
      EXPECT_TRUE(clients.back().send(kind.text));
    }
    if (kind.until == Until::kRead) {
      EXPECT_TRUE(clients.back().wait_until_server_has_read());
    }
    if (kind.half_closes) {
      std::for_each(clients.begin(), clients.end(), [](TcpClient& client) { client.half_close(); });
    }
    for (TcpClient& client : clients) {
      if (kind.until == Until::kAnswerBegins) {
        EXPECT_FALSE(client.receive_some().bytes.empty());
      }
      leave(client, kind.leave);
    }
  }

  static void leave(TcpClient& client, Leave how) {
    switch (how) {
      case Leave::kReset: client.reset(); break;
      case Leave::kClose: client.close(); break;
      case Leave::kReadToTheEnd: {
        const Received answer = client.receive_to_end();
        EXPECT_TRUE(answer.bytes.ends_with(kAnswer)) << answer.bytes;
        EXPECT_EQ(answer.ending, Ending::kEndOfInput);
      }
    }
  }

  const int batch_ = server_is_sanitized() ? 20 : 100;  // at once
  const int warm_up_ = server_is_sanitized() ? 20 : find_mode(GetParam())->has_pool ? 300 : 100;
  const int least_ = kRounds * batch_;
  const int clients_ =
      number_from_environment("MAJUSCULE_TEST_CLIENTS", server_is_sanitized() ? 100 : 500, least_, 1'000'000);
  // 64 bytes a client: for the hundred clients of a round that is more than a page, the unit of memory, and
  // less than two.
  const std::int64_t leak_ = std::int64_t{64} * clients_ / kRounds;
  int sent_ = 0;
};
MAJUSCULE_RUN_IN_EVERY_MODE(AbruptClients);

TEST_P(AbruptClients, ThatResetRightAfterConnecting) {
  expect_no_trace_of({Port::kHttp, "", Until::kNothing, Leave::kReset});
}

TEST_P(AbruptClients, ThatCloseWithoutAByte) {
  expect_no_trace_of({Port::kHttp, "", Until::kNothing, Leave::kClose});
}

TEST_P(AbruptClients, ThatResetAfterHalfAHead) {
  expect_no_trace_of({Port::kHttp, kRequest.substr(0, kRequest.size() / 2), Until::kRead, Leave::kReset});
}

TEST_P(AbruptClients, ThatResetAfterHalfABody) {
  const std::string request = post(kLargeBody);
  expect_no_trace_of({Port::kHttp, request.substr(0, request.size() / 2), Until::kRead, Leave::kReset});
}

TEST_P(AbruptClients, ThatResetDuringTheirTask) {
  expect_no_trace_of({Port::kHttp, kRequest, Until::kRead, Leave::kReset}, "sleep:20ms");
}

TEST_P(AbruptClients, ThatCloseDuringTheirTask) {
  expect_no_trace_of({Port::kHttp, kRequest, Until::kRead, Leave::kClose}, "sleep:20ms");
}

TEST_P(AbruptClients, ThatResetInsideTheirAnswer) {
  expect_no_trace_of({Port::kHttp, post(kLargeBody), Until::kAnswerBegins, Leave::kReset});
}

TEST_P(AbruptClients, ThatCloseInsideTheirAnswer) {
  expect_no_trace_of({Port::kHttp, post(kLargeBody), Until::kAnswerBegins, Leave::kClose});
}

TEST_P(AbruptClients, ThatHalfCloseAndReadTheAnswer) {
  expect_no_trace_of({Port::kHttp, kRequest, Until::kNothing, Leave::kReadToTheEnd, true});
}

TEST_P(AbruptClients, ThatHalfCloseAndDisappearDuringTheirTask) {
  expect_no_trace_of({Port::kHttp, kRequest, Until::kRead, Leave::kReset, true}, "sleep:20ms");
}

TEST_P(AbruptClients, ThatAreRawAndResetRightAfterConnecting) {
  expect_no_trace_of({Port::kRaw, "", Until::kNothing, Leave::kReset});
}

TEST_P(AbruptClients, ThatAreRawAndCloseWithoutAByte) {
  expect_no_trace_of({Port::kRaw, "", Until::kNothing, Leave::kClose});
}

TEST_P(AbruptClients, ThatAreRawAndResetDuringTheirTask) {
  expect_no_trace_of({Port::kRaw, "aBRUPT", Until::kRead, Leave::kReset}, "sleep:20ms");
}

TEST_P(AbruptClients, ThatAreRawAndHalfCloseAndReadTheAnswer) {
  expect_no_trace_of({Port::kRaw, "aBRUPT", Until::kNothing, Leave::kReadToTheEnd, true});
}

TEST_P(AbruptClients, ThatAreRawAndHalfCloseAndDisappearDuringTheirTask) {
  expect_no_trace_of({Port::kRaw, "aBRUPT", Until::kRead, Leave::kReset, true}, "sleep:20ms");
}

}  // namespace
}  // namespace majuscule::test
