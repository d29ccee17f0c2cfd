// SPDX-License-Identifier: MIT
// Socket activation: the test listens like a service manager and passes the sockets to the server. Clients
// that wait in such a socket's queue when one server ends are served by the next.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/process_usage.hpp"
#include "support/server_test.hpp"
#include "support/service_manager.hpp"

namespace majuscule::test {
namespace {

class Activation : public ModeTest {
 protected:
  static std::string url(const std::string& scheme, const ListeningSocket& socket) {
    return scheme + "://127.0.0.1:" + std::to_string(socket.port());
  }

  /// Starts a server with the two sockets, passed as `passed` says. Expects it to serve both, and ends it.
  void expect_served(const ListeningSocket& http, const ListeningSocket& raw,
                     const test::Activation& passed) {
    SCOPED_TRACE(passed.names);
    Process process = start_activated(GetParam(), passed);
    EXPECT_TRUE(listens_on(process, url("http", http)) && listens_on(process, url("raw", raw)))
        << process.standard_output() << process.standard_error();
    HttpClient client(http.port());
    expect_ok(client.request(post("hELLO", "Connection: close\r\n")), "Hello", Connection::kCloses);
    TcpClient other(raw.port());
    EXPECT_TRUE(other.send("rAW"));
    EXPECT_EQ(other.receive_to_end().bytes, "Raw");
    expect_end(process);
  }

  /// Expects the server to ignore the passed socket and to listen on another port. Ends the server.
  void expect_own_port(const test::Activation& passed) {
    Process process = start_activated(GetParam(), passed, {"--port=0"});
    ASSERT_TRUE(eventually([&] { return process.standard_output().ends_with(")\n"); }));
    const std::string output = process.standard_output();
    const int port = std::stoi(output.substr(output.rfind(':') + 1));
    EXPECT_NE(port, first_.port());
    HttpClient client(static_cast<std::uint16_t>(port));
    expect_ok(client.request(get("/healthz")), "ok");
    expect_end(process);
  }

  static void expect_end(Process& process) {
    process.signal(SIGTERM);
    EXPECT_EQ(process.wait(), 0) << process.standard_error();
  }

  /// Expects exit code 1, no line about listening, and one line that contains `part`.
  void expect_refused(const test::Activation& passed, const std::string& part) {
    SCOPED_TRACE(part);
    Process process = start_activated(GetParam(), passed, {"--port=0"});
    EXPECT_EQ(process.wait(), 1);
    EXPECT_EQ(process.standard_output(), "");
    const std::string error = process.standard_error();
    EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 1) << error;
    EXPECT_NE(error.find(part), std::string::npos) << error;
  }

  const ListeningSocket first_, second_;
};
MAJUSCULE_RUN_IN_EVERY_MODE(Activation);

TEST_P(Activation, OfOneSocketServesHttp) {
  Process process = start_activated(GetParam(), {{first_.fd()}}, {"--port=1", "--host=192.0.2.1"});
  ASSERT_TRUE(listens_on(process, url("http", first_))) << process.standard_error();
  HttpClient client(first_.port());
  expect_ok(client.request(get("/healthz")), "ok");
  EXPECT_EQ(process.standard_output().find("raw"), std::string::npos);
  EXPECT_NE(process.standard_error().find("have no effect"), std::string::npos) << process.standard_error();
  expect_end(process);
}

TEST_P(Activation, OfTwoSocketsUsesTheirOrder) {
  expect_served(first_, second_, {{first_.fd(), second_.fd()}});
  expect_served(first_, second_, {{first_.fd(), second_.fd()}, "majuscule.socket:majuscule.socket"});
}

TEST_P(Activation, OfTwoSocketsPrefersTheirNames) {
  expect_served(second_, first_, {{first_.fd(), second_.fd()}, "raw:http"});
  expect_served(second_, first_, {{first_.fd(), second_.fd()}, "raw:majuscule.socket"});
  expect_served(second_, first_, {{first_.fd(), second_.fd()}, "other:http"});
  expect_served(second_, first_, {{first_.fd(), second_.fd()}, "raw"});
}

TEST_P(Activation, OfSeveralSocketsOfOneNameServesAll) {
  Process process = start_activated(GetParam(), {{first_.fd(), second_.fd()}, "http:http"});
  ASSERT_TRUE(listens_on(process, url("http", first_)) && listens_on(process, url("http", second_)));
  for (const ListeningSocket* each : {&first_, &second_}) {
    HttpClient client(each->port());
    expect_ok(client.request(post("hELLO", "Connection: close\r\n")), "Hello", Connection::kCloses);
  }
  expect_end(process);
}

TEST_P(Activation, OfARawSocketAloneServesNoHttp) {
  Process process = start_activated(GetParam(), {{first_.fd()}, "raw"});
  ASSERT_TRUE(listens_on(process, url("raw", first_))) << process.standard_error();
  EXPECT_EQ(process.standard_output().find("http"), std::string::npos);
  TcpClient client(first_.port());
  EXPECT_TRUE(client.send("rAW"));
  EXPECT_EQ(client.receive_to_end().bytes, "Raw");
  expect_end(process);
}

TEST_P(Activation, ForAnotherProcessIsIgnored) {
  for (const std::string process_id : {"1", "''", "nonsense"}) {
    SCOPED_TRACE(process_id);
    expect_own_port({{first_.fd()}, "http", "1", process_id});
  }
}

TEST_P(Activation, WithoutSocketsIsIgnored) { expect_own_port({.descriptors = {}, .count = "0"}); }

TEST_P(Activation, WithAWrongDescriptorIsRefused) {
  const std::string wanted = "expected a listening TCP socket";
  const UniqueFd file(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const UniqueFd datagrams(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const UniqueFd deaf(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const UniqueFd local(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(local.get(), std::array<sockaddr, 1>{{{AF_UNIX, {}}}}.data(), sizeof(sa_family_t)), 0);
  ASSERT_EQ(::listen(local.get(), 1), 0);
  for (const UniqueFd* wrong : {&file, &datagrams, &deaf, &local}) {
    expect_refused({{wrong->get()}}, "descriptor 3 from LISTEN_FDS: " + wanted);
    expect_refused({{first_.fd(), wrong->get()}}, "descriptor 4 from LISTEN_FDS: " + wanted);
  }
  expect_refused({{first_.fd()}, "", "2"},
                 "descriptor 4 from LISTEN_FDS: " + wanted);  // the descriptor is closed
}

TEST_P(Activation, WithTooManyOrAmbiguousSocketsIsRefused) {
  const ListeningSocket third;
  expect_refused({{first_.fd(), second_.fd(), third.fd()}}, "is one too many: expected");
  expect_refused({{first_.fd()}, "", "-1"}, "LISTEN_FDS=-1: expected");
  expect_refused({{first_.fd()}, "", "one"}, "LISTEN_FDS=one: expected");
  expect_refused({{first_.fd()}, "", "65"}, "LISTEN_FDS=65: expected");
}

TEST_P(Activation, KeepsClientsThatConnectDuringTheDrainForTheNextServer) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  Process server =
      start_activated(GetParam(), {{first_.fd()}}, {"--task=sleep:" + duration_option(milliseconds(1'000))});
  ASSERT_TRUE(listens_on(server, url("http", first_))) << server.standard_error();
  HttpClient idle(first_.port());
  expect_ok(idle.request(get("/healthz")), "ok");
  HttpClient busy(first_.port());
  busy.send(get("/capitalize?text=in+flight"));
  EXPECT_TRUE(busy.tcp().wait_until_server_has_read());
  server.signal(SIGTERM);
  EXPECT_TRUE(idle.is_closed_by_server());
  HttpClient late(first_.port());
  late.send(get("/capitalize?text=late"));
  expect_ok(busy.receive(), "In flight", Connection::kCloses);
  EXPECT_EQ(server.wait(), 0) << server.standard_error();

  Process next = start_activated(GetParam(), {{first_.fd()}});
  expect_ok(late.receive(), "Late");
  expect_end(next);
}

/// They have not sent anything yet, so a draining server that accepted them would soon close them unanswered.
TEST_P(Activation, KeepsClientsThatWaitAtTheSignalForTheNextServer) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  if (GetParam() == "leader-follower" || GetParam() == "pipeline") {
    GTEST_SKIP() << "its threads may accept before the main thread handles the signal";
  }
  Process server = start_activated(GetParam(), {{first_.fd()}});
  ASSERT_TRUE(listens_on(server, url("http", first_))) << server.standard_error();
  expect_ok(HttpClient(first_.port()).request(get("/healthz")), "ok");
  server.signal(SIGSTOP);
  ASSERT_TRUE(eventually([&] { return state_of(server.pid()) == 'T'; }))
      << "it could accept until it is stopped";
  std::vector<HttpClient> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back(first_.port());
  }
  server.signal(SIGTERM);
  server.signal(SIGCONT);
  EXPECT_EQ(server.wait(), 0) << server.standard_error();

  Process next = start_activated(GetParam(), {{first_.fd()}});
  for (HttpClient& client : clients) {
    expect_ok(client.request(get("/healthz")), "ok");
  }
  clients.clear();
  expect_end(next);
}

}  // namespace
}  // namespace majuscule::test
