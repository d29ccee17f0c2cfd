// SPDX-License-Identifier: MIT
// Stopping under load: clients of every kind send requests, and SIGTERM comes in the middle. A client that
// was connected and had sent a request gets a complete answer, later clients find no listener, and the access
// log has exactly one line for each answer.
//
// MAJUSCULE_TEST_ROUNDS=200 is the long version (CONTRIBUTING).
#include <signal.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/environment.hpp"
#include "support/server_test.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

/// What a client sends repeatedly.
struct Load {
  std::string requests;
  int answers = 1;  ///< to the requests
  int times = 1;    ///< over one connection
  bool raw = false;
};

const Load kKeepAlive{get("/capitalize?text=kEPT"), 1, 50};
const Load kClosing{get("/capitalize?text=cLOSED", "Connection: close\r\n")};
const Load kPipelined{get("/capitalize?text=oNE") + get("/capitalize?text=tWO") + post("tHREE"), 3, 20};
const Load kPosting{post(std::string(20'000, 'P')), 1, 20};
const Load kRaw{"rAW", 1, 1, true};

/// Opens one connection after the other until there is no listener. Records what must not happen as a
/// failure.
class Hammer {
 public:
  Hammer(const Server& server, const Load& load, std::atomic<int>& answered)
      : server_(server), load_(load), answered_(answered) {}

  /// Returns how many of its requests were lost for reasons that the server may have.
  [[nodiscard]] int excused() const { return excused_; }

  void strike() {
    while (connect()) {
      try {
        load_.raw ? converse_raw() : converse();
      } catch (const std::exception& error) {
        ADD_FAILURE() << "after " << answered_here_ << " answers: " << error.what();
      }
    }
  }

 private:
  static constexpr milliseconds kGrace{500};  // shorter than the server's grace for a silent client

  bool connect() {
    connected_ = Clock::now();
    first_asked_.reset();
    client_ =
        TcpClient::try_connect(load_.raw ? server_.raw_port() : server_.port(), scaled(milliseconds(200)));
    received_.clear();
    ending_ = Ending::kReset;
    answered_here_ = 0;
    return client_.has_value();
  }

  void converse_raw() {
    if (!send()) {
      return lost();
    }
    const Received answer = client_->receive_to_end();
    received_ = answer.bytes;
    ending_ = answer.ending;
    if (received_ != capitalized(load_.requests) || ending_ != Ending::kEndOfInput) {
      return lost();
    }
    ++answered_;
  }

  void converse() {
    for (int i = 0; i < load_.times; ++i) {
      if (!send()) {
        return lost();
      }
      for (int j = 0; j < load_.answers; ++j) {
        const std::optional<HttpResponse> response = receive();
        if (!response) {
          return lost();
        }
        EXPECT_EQ(response->status, 200) << response->raw;
        ++answered_;
        ++answered_here_;
        if (response->says_close()) {
          EXPECT_EQ(j + 1, load_.answers) << "an answer says close before the last of a pipeline";
          const Received rest = client_->receive_to_end();
          EXPECT_TRUE(rest.bytes.empty() && rest.ending == Ending::kEndOfInput) << rest.bytes;
          return;
        }
      }
    }
  }

  std::optional<HttpResponse> receive() {
    for (;;) {
      if (std::optional<HttpResponse> response = take_response(received_)) {
        return response;
      }
      const Received some = client_->receive_some();
      if (some.bytes.empty()) {
        ending_ = some.ending;
        return std::nullopt;
      }
      received_ += some.bytes;
    }
  }

  /// Returns false when the server has closed before everything was sent.
  bool send() {
    const bool all = client_->send(load_.requests);
    if (!first_asked_) first_asked_ = Clock::now();
    return all;
  }

  /// No complete answer. That is allowed where the request crossed with the close of an idle connection (RFC
  /// 9112, 9.5), or where this client sent its request only after the server's grace time.
  void lost() {
    const bool crossed = answered_here_ > 0 && answered_here_ % load_.answers == 0 && received_.empty();
    const bool late = answered_here_ == 0 && received_.empty() && *first_asked_ - connected_ > kGrace;
    if (crossed || late) {
      ++excused_;
    } else {
      const char* const how = ending_ == Ending::kReset        ? "is reset"
                              : ending_ == Ending::kEndOfInput ? "is closed"
                                                               : "waits for ever";
      throw std::runtime_error(std::string(how) + " without an answer to " + load_.requests.substr(0, 60) +
                               "; received: " + received_.substr(0, 200));
    }
  }

  const Server& server_;
  const Load& load_;
  std::atomic<int>& answered_;
  std::optional<TcpClient> client_;
  Clock::time_point connected_;
  std::optional<Clock::time_point> first_asked_;  ///< when it had been sent
  Ending ending_ = Ending::kReset;                ///< the last one seen; a send that fails is a reset
  std::string received_;
  int answered_here_ = 0;
  int excused_ = 0;
};

class DrainUnderLoad : public ModeTest {
 protected:
  /// Starts a server and a thread for each of the loads. Sends SIGTERM when `first` requests are answered.
  void strike(const std::vector<Load>& loads, int first, const std::string& task) {
    const TemporaryDirectory directory;
    const std::string log = directory.path() + "/access.log";
    start({"--access-log=" + log, "--task=" + task, "--drain-timeout=" + duration_option(kDrainTimeout)});
    std::atomic<int> answered = 0;
    std::vector<std::thread> threads;
    std::vector<Hammer> hammers;
    hammers.reserve(loads.size());
    for (const Load& load : loads) {
      threads.emplace_back([&hammer = hammers.emplace_back(server(), load, answered)] { hammer.strike(); });
    }
    EXPECT_TRUE(eventually([&] { return answered >= first; }));
    const auto begin = Clock::now();
    server().process().signal(SIGTERM);
    EXPECT_EQ(server().process().wait(), 0) << server().process().standard_error();
    EXPECT_LT(Clock::now() - begin, scaled(kDrainTimeout));
    for (std::thread& thread : threads) {
      thread.join();
    }
    for (const Hammer& hammer : hammers) {
      // Only the drain excuses a lost request, and afterwards a client connects once more at most.
      EXPECT_LE(hammer.excused(), 1);
      excused_ += hammer.excused();
    }
    connections_ += static_cast<int>(loads.size());
    RecordProperty("excused", excused_);
    EXPECT_LE(excused_, connections_ / 2)
        << "of " << connections_ << " clients that were connected at a drain";
    EXPECT_EQ(server().process().standard_error().find("cut"), std::string::npos)
        << server().process().standard_error();
    EXPECT_EQ(lines_with_200(log), answered);
  }

  static int rounds() { return number_from_environment("MAJUSCULE_TEST_ROUNDS", 10, 1, 100'000); }

 private:
  static constexpr milliseconds kDrainTimeout{8'000};
  int excused_ = 0;
  int connections_ = 0;  ///< in all rounds: connections at the time of the signal

  static int lines_with_200(const std::string& file) {
    std::ifstream log(file);
    int count = 0;
    for (std::string line; std::getline(log, line);) {
      count += line.find("\" 200 ") == std::string::npos ? 0 : 1;
    }
    return count;
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(DrainUnderLoad);

TEST_P(DrainUnderLoad, LosesNoRequestOfAnyKind) {
  for (int round = 0; round < rounds() && !HasFailure(); ++round) {
    strike({kKeepAlive, kKeepAlive, kClosing, kClosing, kPipelined, kPipelined, kPosting, kRaw}, 100,
           "sleep:1ms");
  }
}

/// At any time some client is connecting, waiting to be accepted, or sending.
TEST_P(DrainUnderLoad, LosesNoRequestOfAConnectStorm) {
  for (int round = 0; round < rounds() && !HasFailure(); ++round) {
    strike({kClosing, kClosing, kClosing, kClosing, kRaw, kRaw}, 100, "none");
  }
}

}  // namespace
}  // namespace majuscule::test
