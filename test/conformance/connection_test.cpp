// SPDX-License-Identifier: MIT
// How long a connection lives and how it ends: keep-alive, HTTP/1.0, half-closed and truncated clients, and
// clients that disappear. Persistence follows RFC 9112, section 9.
#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class ClientConnection : public ModeTest {
 protected:
  /// Returns the answers to everything that a client sends before it shuts down writing.
  std::vector<HttpResponse> answers_to_half_closed(const std::string& text) {
    HttpClient client = connect();
    client.send(text);
    client.tcp().half_close();
    return client.receive_to_end();
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(ClientConnection);

std::string get_http10(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.0\r\n" + more + "\r\n";
}

TEST_P(ClientConnection, ServesManyRequestsOverOneConnection) {
  start();
  HttpClient client = connect();
  for (int i = 0; i < 50; ++i) {
    expect_ok(client.request(post("x" + std::to_string(i))), "X" + std::to_string(i));
    expect_ok(client.request(get("/capitalize?text=y" + std::to_string(i))), "Y" + std::to_string(i));
  }
  EXPECT_EQ(stats_over(client)["connections/accepted"], 1);
}

TEST_P(ClientConnection, ClosesWhenTheClientAsks) {
  start();
  for (const char* field :
       {"Connection: close\r\n", "Connection: Close\r\n", "connection: keep-alive, close\r\n"}) {
    SCOPED_TRACE(field);
    HttpClient client = connect();
    client.send(get("/capitalize?text=last", field) + get("/capitalize?text=never"));
    const std::vector<HttpResponse> responses = client.receive_to_end();
    ASSERT_EQ(responses.size(), 1U);
    expect_ok(responses[0], "Last", Connection::kCloses);
  }
  EXPECT_EQ(server().stats()["requests"], 3) << "a request after the last one was processed";
}

TEST_P(ClientConnection, SaysCloseOnAnErrorToAClientThatCloses) {
  start();
  HttpClient client = connect();
  expect_error(client.request(get("/nothing", "Connection: close\r\n")), 404, Connection::kCloses);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_P(ClientConnection, Http10ClosesByDefault) {
  start();
  HttpClient client = connect();
  expect_ok(client.request(get_http10("/capitalize?text=old")), "Old", Connection::kCloses);
  EXPECT_TRUE(client.is_closed_by_server());
  HttpClient poster = connect();
  expect_ok(poster.request("POST /capitalize HTTP/1.0\r\nContent-Length: 3\r\n\r\noLD"), "Old",
            Connection::kCloses);
  EXPECT_TRUE(poster.is_closed_by_server());
}

TEST_P(ClientConnection, Http10StaysOpenWhenTheClientAsks) {
  start();
  HttpClient client = connect();
  for (int i = 0; i < 3; ++i) {
    const HttpResponse response = client.request(get_http10("/healthz", "Connection: Keep-Alive\r\n"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "ok");
    EXPECT_EQ(response.header("Connection"), "keep-alive");
  }
  expect_ok(client.request(get_http10("/healthz")), "ok", Connection::kCloses);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_P(ClientConnection, Http10NeedsNoHostAndGetsNoInterimAnswer) {
  start();
  HttpClient client = connect();
  client.send("POST /capitalize HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab");
  const std::vector<HttpResponse> responses = client.receive_to_end();
  ASSERT_EQ(responses.size(), 1U);
  expect_ok(responses[0], "Ab", Connection::kCloses);
}

TEST_P(ClientConnection, Http11StaysOpenAfterRoutingErrors) {
  start();
  HttpClient client = connect();
  expect_error(client.request(get("/nothing")), 404, Connection::kStays);
  expect_error(client.request(get("/capitalize")), 400, Connection::kStays);
  expect_ok(client.request(get("/healthz")), "ok");
}

TEST_P(ClientConnection, HalfClosedClientGetsItsAnswers) {
  start();
  const std::vector<HttpResponse> one = answers_to_half_closed(get("/capitalize?text=one"));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].body, "One");
  const std::vector<HttpResponse> three =
      answers_to_half_closed(get("/capitalize?text=one") + post("tWO") + get("/nothing"));
  ASSERT_EQ(three.size(), 3U);
  EXPECT_EQ(three[0].body, "One");
  EXPECT_EQ(three[1].body, "Two");
  EXPECT_EQ(three[2].status, 404);
}

TEST_P(ClientConnection, HalfClosedClientGetsItsAnswersAfterTheTask) {
  start({"--task=sleep:200ms"});
  const std::vector<HttpResponse> responses =
      answers_to_half_closed(get("/capitalize?text=one") + get("/capitalize?text=two"));
  ASSERT_EQ(responses.size(), 2U);
  EXPECT_EQ(responses[0].body, "One");
  EXPECT_EQ(responses[1].body, "Two");
}

TEST_P(ClientConnection, TruncatedRequestIsAnError) {
  start();
  const std::string whole = post("hello");
  const std::string in_chunks = post_chunked("hello", 3);
  for (const std::string& part :
       {std::string("G"), std::string("GET /hea"), std::string("GET /healthz HTTP/1.1\r\n"),
        get("/healthz").substr(0, get("/healthz").size() - 1), whole.substr(0, whole.size() - 1),
        whole.substr(0, whole.size() - 5), in_chunks.substr(0, in_chunks.size() - 1),
        in_chunks.substr(0, in_chunks.size() - 9)}) {
    SCOPED_TRACE(part);
    const std::vector<HttpResponse> responses = answers_to_half_closed(part);
    ASSERT_EQ(responses.size(), 1U);
    expect_error(responses[0], 400, Connection::kCloses);
    const std::vector<HttpResponse> behind_a_good_one =
        answers_to_half_closed(get("/capitalize?text=good") + part);
    ASSERT_EQ(behind_a_good_one.size(), 2U);
    expect_ok(behind_a_good_one[0], "Good");
    expect_error(behind_a_good_one[1], 400, Connection::kCloses);
  }
  EXPECT_EQ(server().stats()["requests"], 8);
}

TEST_P(ClientConnection, EndOfInputBetweenRequestsJustCloses) {
  start();
  EXPECT_TRUE(answers_to_half_closed("").empty());
  HttpClient client = connect();
  expect_ok(client.request(get("/healthz")), "ok");
  client.tcp().half_close();
  EXPECT_TRUE(client.is_closed_by_server());
  client.tcp().close();
  EXPECT_EQ(server().stats()["responses/400"], 0);
}

TEST_P(ClientConnection, OpenConnectionsAreCountedUntilTheyEnd) {
  start();
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  {
    HttpClient first = connect();
    HttpClient second = connect();
    expect_ok(first.request(get("/healthz")), "ok");
    expect_ok(second.request(get("/healthz")), "ok");
    EXPECT_EQ(server().stats()["connections/open"], 3);
  }
  EXPECT_TRUE(eventually([&] { return server().stats()["connections/open"] == 1; }));
}

/// The classic sequential server: the second client waits in the backlog, and is then served completely.
TEST_P(ClientConnection, IsServedWhenTheOneBeforeHasGone) {
  if (!serves_one_client_at_a_time(GetParam())) {
    GTEST_SKIP() << GetParam() << " serves several clients at once";
  }
  start();
  HttpClient first = connect();
  expect_ok(first.request(get("/healthz")), "ok");
  HttpClient second = connect();
  second.send(get("/capitalize?text=second"));
  EXPECT_TRUE(second.tcp().receive_some(milliseconds(100)).bytes.empty());
  EXPECT_EQ(stats_over(first)["connections/accepted"], 1);
  first.tcp().close();
  expect_ok(second.receive(), "Second");
  EXPECT_EQ(stats_over(second)["connections/open"], 1);
}

/// Clients that disappear at every point of a connection.
TEST_P(ClientConnection, ResetsDoNotAffectOtherClients) {
  // Timeouts so long that none of them cleans up after a reset.
  start({"--task=sleep:20ms", "--header-timeout=10min", "--body-timeout=10min", "--idle-timeout=10min"});
  const std::string texts[] = {"",
                               "GET /capi",
                               post("hello").substr(0, post("hello").size() - 2),
                               get("/capitalize?text=in+the+task"),
                               get("/capitalize?text=a") + get("/capitalize?text=b"),
                               "garbage\r\n\r\n"};
  for (int round = 0; round < 20; ++round) {
    for (const std::string& text : texts) {
      TcpClient client(server().port());
      EXPECT_TRUE(client.send(text));
      client.reset();
      TcpClient raw = connect_raw();
      EXPECT_TRUE(raw.send(text));
      raw.reset();
    }
  }
  EXPECT_TRUE(serves_a_new_client());
  EXPECT_TRUE(eventually([&] { return server().stats()["connections/open"] == 1; }))
      << server().stats().document();
}

}  // namespace
}  // namespace majuscule::test
