// SPDX-License-Identifier: MIT
// --access-log: one line for each request in the combined format, which common tools read, and which no
// client can forge.
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <fstream>
#include <regex>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/process_usage.hpp"
#include "support/server_test.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

class AccessLog : public ModeTest {
 protected:
  void SetUp() override { start_with({}); }
  void start_with(std::vector<std::string> options) {
    options.push_back("--access-log=" + path_);
    start(options);
  }

  /// Returns the lines of the log once the server has ended.
  std::vector<std::string> lines_at_the_end() {
    EXPECT_EQ(server().stop(), 0);
    std::vector<std::string> lines;
    std::ifstream file(path_);
    for (std::string line; std::getline(file, line);) {
      lines.push_back(line);
    }
    return lines;
  }

 private:
  TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/access.log";
};
MAJUSCULE_RUN_IN_EVERY_MODE(AccessLog);

/// What every line begins with: the peer, two unused names, the time.
const std::string kPrefix = R"(127\.0\.0\.1 - - \[[0-3][0-9]/[A-Z][a-z][a-z]/20[0-9][0-9]:)"
                            R"([0-2][0-9]:[0-5][0-9]:[0-6][0-9] [+-][0-9]{4}\] )";

void expect_line(const std::string& line, const std::string& rest) {
  EXPECT_TRUE(std::regex_match(line, std::regex(kPrefix + rest))) << line;
}

TEST_P(AccessLog, HasOneCombinedLineForEachRequest) {
  HttpClient client = connect();
  const std::string fields = "Referer: http://example.com/from\r\nUser-Agent: curl/8.0\r\n";
  expect_ok(client.request(get("/capitalize?text=abc", fields)), "Abc");
  expect_ok(client.request(post("hello world")), "Hello world");
  const HttpResponse missing = client.request(get("/nothing"));
  EXPECT_EQ(client.request(request("HEAD", "/healthz"), Body::kNone).status, 200);
  expect_ok(client.request("GET /healthz HTTP/1.0\r\n\r\n"), "ok", Connection::kCloses);
  const std::vector<std::string> lines = lines_at_the_end();
  ASSERT_EQ(lines.size(), 5U);
  expect_line(lines[0],
              R"re("GET /capitalize\?text=abc HTTP/1\.1" 200 3 "http://example\.com/from" "curl/8\.0")re");
  expect_line(lines[1], R"re("POST /capitalize HTTP/1\.1" 200 11 "-" "-")re");
  expect_line(lines[2], R"re("GET /nothing HTTP/1\.1" 404 )re" + std::to_string(missing.body.size()) +
                            R"re( "-" "-")re");
  expect_line(lines[3], R"re("HEAD /healthz HTTP/1\.1" 200 0 "-" "-")re");
  expect_line(lines[4], R"re("GET /healthz HTTP/1\.0" 200 2 "-" "-")re");
}

TEST_P(AccessLog, EscapesQuotesAndControlBytesOfClients) {
  HttpClient client = connect();
  const std::string agent = "evil\" 200 \"x\" \\\"\t\xFF\xE9 end";
  expect_ok(client.request(get("/capitalize?text=a\"b", "User-Agent: " + agent + "\r\n")), "A\"b");
  const std::vector<std::string> lines = lines_at_the_end();
  ASSERT_EQ(lines.size(), 1U);
  expect_line(lines[0], R"re("(?:[^"\\]|\\.)*" 200 3 "-" "(?:[^"\\]|\\.)*")re");
  for (const char byte : lines[0]) {
    EXPECT_TRUE(byte >= ' ' && byte <= '~') << "byte " << int{byte} << " in " << lines[0];
  }
  EXPECT_NE(lines[0].find("evil"), std::string::npos);
}

TEST_P(AccessLog, HasALineForARefusedRequest) {
  HttpClient client = connect();
  expect_error(client.request("nonsense\r\n\r\n"), 400, Connection::kCloses);
  client.tcp().close();
  HttpClient other = connect();
  expect_error(other.request(request("POST", "/capitalize", "Content-Length: 9999999\r\n")), 413,
               Connection::kCloses);
  other.tcp().close();
  const std::vector<std::string> lines = lines_at_the_end();
  ASSERT_EQ(lines.size(), 2U);
  expect_line(lines[0], R"re("[^"]*" 400 [0-9]+ "-" "-")re");
  expect_line(lines[1], R"re("POST /capitalize HTTP/1\.1" 413 [0-9]+ "-" "-")re");
}

TEST_P(AccessLog, HasALineForARawMessage) {
  TcpClient client = connect_raw();
  EXPECT_TRUE(client.send("hello"));
  EXPECT_EQ(client.receive_to_end().bytes, "Hello");
  const std::vector<std::string> lines = lines_at_the_end();
  ASSERT_EQ(lines.size(), 1U);
  expect_line(lines[0], R"re("[^"]*" 200 5 "-" "-")re");
}

/// They are accepted only after they have gone: their sockets have no peer any more.
TEST_P(AccessLog, KnowsTheAddressOfAClientThatHasReset) {
  const pid_t pid = server().process().pid();
  server().process().signal(SIGSTOP);
  ASSERT_TRUE(eventually([&] { return state_of(pid) == 'T'; }));
  for (int i = 0; i < 3; ++i) {
    HttpClient client = connect();
    client.send(get("/capitalize?text=gone"));
    client.tcp().reset();
    TcpClient raw = connect_raw();
    EXPECT_TRUE(raw.send("gone"));
    raw.reset();
  }
  server().process().signal(SIGCONT);
  HttpClient last = connect();
  expect_ok(last.request(get("/capitalize?text=last")), "Last");
  last.tcp().close();
  for (const std::string& line : lines_at_the_end()) expect_line(line, ".*");
}

TEST_P(AccessLog, WritesAnIpv4ClientOfAnIpv6ListenerAsIpv4) {
  const UniqueFd v6(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in6 any{AF_INET6, 0, 0, {}, 0};
  if (::bind(v6.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) {
    GTEST_SKIP() << "there is no IPv6 here";
  }
  start_with({"--host=::"});
  HttpClient client = connect();
  expect_ok(client.request(get("/healthz")), "ok");
  client.tcp().close();
  const std::vector<std::string> lines = lines_at_the_end();
  ASSERT_EQ(lines.size(), 1U);
  expect_line(lines[0], ".*");
}

TEST_P(AccessLog, HasALineForAClientAboveTheLimit) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start_with({"--max-connections=1"});
  HttpClient first = connect();
  expect_ok(first.request(get("/healthz")), "ok");
  HttpClient second = connect();
  const HttpResponse refused = second.receive();
  EXPECT_EQ(refused.status, 503);
  second.tcp().close();
  first.tcp().close();
  const std::vector<std::string> lines = lines_at_the_end();
  ASSERT_EQ(lines.size(), 2U);
  expect_line(lines[1], R"re("-" 503 )re" + std::to_string(refused.body.size()) + R"re( "-" "-")re");
}

TEST_P(AccessLog, LosesNoneOfThousandsOfRequests) {
  HttpClient client = connect();
  constexpr int kBatches = 20;
  constexpr int kPipelined = 100;
  for (int batch = 0; batch < kBatches; ++batch) {
    std::string requests;
    for (int i = 0; i < kPipelined; ++i) {
      requests += get("/capitalize?text=n" + std::to_string(batch * kPipelined + i));
    }
    client.send(requests);
    for (int i = 0; i < kPipelined; ++i) {
      EXPECT_EQ(client.receive().status, 200);
    }
  }
  client.tcp().close();
  const std::vector<std::string> lines = lines_at_the_end();
  ASSERT_EQ(lines.size(), static_cast<std::size_t>(kBatches * kPipelined));
  for (std::size_t i = 0; i < lines.size(); i += 97) {
    EXPECT_NE(lines[i].find("text=n" + std::to_string(i) + " HTTP"), std::string::npos) << lines[i];
  }
}

}  // namespace
}  // namespace majuscule::test
