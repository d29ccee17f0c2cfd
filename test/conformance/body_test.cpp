// SPDX-License-Identifier: MIT
// Bodies up to and beyond --max-body, with a length and in chunks, and clients that wait for 100 Continue.
#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

constexpr std::size_t kMebibyte = 1024 * 1024;

class RequestBody : public ModeTest {
 protected:
  /// Expects a 413 and a close after the beginning of a request, although its body never comes.
  void expect_too_large_at_once(const std::string& text) {
    HttpClient client = connect();
    client.send(text);
    const std::vector<HttpResponse> responses = client.receive_to_end();
    ASSERT_EQ(responses.size(), 1U);
    expect_error(responses[0], 413, Connection::kCloses);
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(RequestBody);

std::string many_letters(std::size_t size) {
  std::string text(size, 'M');
  for (std::size_t i = 0; i < size; i += 977) {
    text[i] = static_cast<char>(i % 256);
  }
  return text;
}

TEST_P(RequestBody, OfOneMebibyteIsCapitalized) {
  start();
  const std::string body = many_letters(kMebibyte);
  HttpClient client = connect();
  expect_ok(client.request(post(body)), capitalized(body));
  expect_ok(client.request(post_chunked(body, 100'000)), capitalized(body));
  expect_ok(client.request(post_chunked(body, 4096)), capitalized(body));
}

TEST_P(RequestBody, OneByteLargerThanAllowedIsRefused) {
  start();
  const std::string body = many_letters(kMebibyte + 1);
  for (const std::string& text : {post(body), post_chunked(body, 4096), post_chunked(body, kMebibyte + 1)}) {
    HttpClient client = connect();
    (void)client.tcp().send(text + get("/capitalize?text=never"));
    const std::vector<HttpResponse> responses = client.receive_to_end();
    ASSERT_EQ(responses.size(), 1U);
    expect_error(responses[0], 413, Connection::kCloses);
  }
  EXPECT_EQ(server().stats()["requests"], 0);
  EXPECT_EQ(server().stats()["responses/413"], 3);
}

TEST_P(RequestBody, WithTooLargeALengthIsRefusedBeforeItArrives) {
  start();
  expect_too_large_at_once(request("POST", "/capitalize", "Content-Length: 1048577\r\n"));
  expect_too_large_at_once(
      request("POST", "/capitalize", "Content-Length: 1048577\r\nExpect: 100-continue\r\n"));
  expect_too_large_at_once(request("POST", "/nothing", "Content-Length: 99999999999\r\n"));
  expect_too_large_at_once("POST /capitalize HTTP/1.0\r\nContent-Length: 1048577\r\n\r\n");
}

TEST_P(RequestBody, TooLargeInChunksIsRefusedAtTheLimit) {
  start({"--max-body=10"});
  const std::string head = request("POST", "/capitalize", "Transfer-Encoding: chunked\r\n");
  expect_too_large_at_once(head + "5\r\nhello\r\n6\r\n world");
}

TEST_P(RequestBody, EndlessChunkSizeIsRefusedAtTheLimit) {
  start();
  const std::string head = request("POST", "/capitalize", "Transfer-Encoding: chunked\r\n");
  expect_too_large_at_once(head + "ffffffffffffffff\r\n" + std::string(kMebibyte + 1, 'x'));
}

/// Trailers cannot change the framing. A Content-Length there is ignored. A transfer coding there is refused,
/// like a head in which chunked is not the last coding, since other parsers may read what follows
/// differently.
TEST_P(RequestBody, TrailersNeverChangeTheFraming) {
  start();
  const auto answers = [this](const std::string& trailers) {
    HttpClient client = connect();
    client.send(post_chunked("ab", 2, trailers) + get("/capitalize?text=next", "Connection: close\r\n"));
    return client.receive_to_end();
  };
  for (const char* length :
       {"Content-Length: 5\r\n", "Content-Length: 0\r\n", "Content-Length: 9999999\r\n"}) {
    SCOPED_TRACE(length);
    const std::vector<HttpResponse> responses = answers(length);
    ASSERT_EQ(responses.size(), 2U);
    expect_ok(responses[0], "Ab");
    expect_ok(responses[1], "Next", Connection::kCloses);
  }
  for (const char* coding : {"Transfer-Encoding: gzip\r\n", "Transfer-Encoding: chunked\r\n",
                             "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"}) {
    SCOPED_TRACE(coding);
    const std::vector<HttpResponse> responses = answers(coding);
    ASSERT_EQ(responses.size(), 1U);
    expect_error(responses[0], 400, Connection::kCloses);
  }
}

TEST_P(RequestBody, LimitIsAnOption) {
  start({"--max-body=4KiB"});
  HttpClient client = connect();
  expect_ok(client.request(post(std::string(4096, 'B'))), capitalized(std::string(4096, 'B')));
  expect_ok(client.request(post_chunked(std::string(4096, 'B'), 1000)), capitalized(std::string(4096, 'B')));
  expect_error(client.request(post(std::string(4097, 'B'))), 413, Connection::kCloses);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_P(RequestBody, ChunkedFramingDoesNotCountAgainstTheLimit) {
  start({"--max-body=2KiB"});
  const std::string body = many_letters(2048);
  HttpClient client = connect();
  expect_ok(client.request(post_chunked(body, 1)), capitalized(body));
}

TEST_P(RequestBody, IsSentAfterContinueIfExpected) {
  start();
  HttpClient client = connect();
  for (const char* value : {"100-continue", "100-Continue"}) {
    client.send(
        request("POST", "/capitalize", "Content-Length: 5\r\nExpect: " + std::string(value) + "\r\n"));
    EXPECT_EQ(client.receive().raw, "HTTP/1.1 100 Continue\r\n\r\n");
    expect_ok(client.request("hELLO"), "Hello");
  }
  client.send(request("POST", "/capitalize", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.receive().raw, "HTTP/1.1 100 Continue\r\n\r\n");
  expect_ok(client.request("5\r\nhELLO\r\n0\r\n\r\n"), "Hello");
}

TEST_P(RequestBody, ContinueComesAfterTheAnswersBeforeIt) {
  start({"--task=sleep:100ms"});
  HttpClient client = connect();
  client.send(get("/capitalize?text=first") +
              request("POST", "/capitalize", "Content-Length: 6\r\nExpect: 100-continue\r\n"));
  expect_ok(client.receive(), "First");
  EXPECT_EQ(client.receive().raw, "HTTP/1.1 100 Continue\r\n\r\n");
  expect_ok(client.request("sECOND"), "Second");
}

TEST_P(RequestBody, NoContinueWithoutABody) {
  start();
  HttpClient client = connect();
  expect_ok(client.request(get("/capitalize?text=ab", "Expect: 100-continue\r\n")), "Ab");
  expect_ok(client.request(request("POST", "/capitalize", "Content-Length: 0\r\nExpect: 100-continue\r\n")),
            "");
}

TEST_P(RequestBody, OfARequestThatIsNotAllowedIsDiscarded) {
  start();
  HttpClient client = connect();
  const HttpResponse response = client.request(request("PUT", "/capitalize", "Content-Length: 40\r\n") +
                                               get("/capitalize?text=x").substr(0, 40));
  EXPECT_EQ(response.status, 405);
  EXPECT_FALSE(response.says_close());
}

}  // namespace
}  // namespace majuscule::test
