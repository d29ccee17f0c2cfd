// SPDX-License-Identifier: MIT
// --max-header: a larger header section or set of trailers is 431, a longer request line 414. The limit
// counts the bytes received, blanks included.
#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

constexpr std::size_t kLimit = 16 * 1024;

class HeaderLimit : public ModeTest {
 protected:
  void expect_last_answer(const std::string& text, int status) {
    HttpClient client = connect();
    (void)client.tcp().send(text);
    const std::vector<HttpResponse> responses = client.receive_to_end();
    ASSERT_EQ(responses.size(), 1U);
    expect_error(responses[0], status, Connection::kCloses);
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(HeaderLimit);

/// Returns GET /healthz with a header section of exactly `size` bytes, padded by the value of one header.
std::string header_section_of(std::size_t size, char filler = 'f') {
  const std::size_t rest = get("/healthz", "X-Fill: \r\n").size();
  return get("/healthz", "X-Fill: " + std::string(size - rest - 1, filler) + "f\r\n");
}

/// Returns GET /capitalize?text=aaa... with a header section of exactly `size` bytes, padded by the target.
std::string long_target(std::size_t size) {
  return get("/capitalize?text=" + std::string(size - get("/capitalize?text=").size(), 'a'));
}

TEST_P(HeaderLimit, SectionOfExactlyTheLimitIsServed) {
  start();
  HttpClient client = connect();
  ASSERT_EQ(header_section_of(kLimit).size(), kLimit);
  expect_ok(client.request(header_section_of(kLimit)), "ok");
  expect_ok(client.request(header_section_of(kLimit)), "ok");
  const std::string target = long_target(kLimit);
  ASSERT_EQ(target.size(), kLimit);
  EXPECT_EQ(client.request(target).status, 200);
}

TEST_P(HeaderLimit, SectionPastTheLimitIsRefused) {
  start();
  expect_last_answer(header_section_of(kLimit + 1), 431);
  expect_last_answer(header_section_of(kLimit * 4) + get("/capitalize?text=never"), 431);
  EXPECT_EQ(server().stats()["requests"], 0);
  EXPECT_EQ(server().stats()["responses/431"], 2);
}

TEST_P(HeaderLimit, BlanksCountToo) {
  start();
  expect_last_answer(header_section_of(kLimit + 1, ' '), 431);
}

TEST_P(HeaderLimit, ManySmallHeadersAreRefusedLikeALargeOne) {
  start();
  std::string lines;
  while (lines.size() <= kLimit) {
    lines += "A: b\r\n";
  }
  expect_last_answer(get("/healthz", lines), 431);
}

TEST_P(HeaderLimit, RequestLinePastTheLimitIsRefusedAsTooLongATarget) {
  start();
  expect_last_answer("GET /" + std::string(kLimit, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414);
  expect_last_answer("GET /" + std::string(kLimit * 4, 'a'), 414);
  EXPECT_EQ(server().stats()["responses/414"], 2);
}

TEST_P(HeaderLimit, SectionThatNeverEndsIsRefusedWhenItReachesTheLimit) {
  start();
  expect_last_answer("GET / HTTP/1.1\r\nHost: a\r\nX-Endless: " + std::string(kLimit, 'x'), 431);
}

TEST_P(HeaderLimit, TrailersPastTheLimitAreRefused) {
  start();
  HttpClient client = connect();
  expect_ok(client.request(post_chunked("ab", 2, "X-Sum: " + std::string(kLimit / 2, 's') + "\r\n")), "Ab");
  client.tcp().close();
  expect_last_answer(post_chunked("ab", 2, "X-Sum: " + std::string(kLimit + 1, 's') + "\r\n"), 431);
}

TEST_P(HeaderLimit, ChunkExtensionsPastTheLimitAreRefused) {
  start();
  const std::string head = request("POST", "/capitalize", "Transfer-Encoding: chunked\r\n");
  expect_last_answer(head + "2;" + std::string(kLimit + 1, 'e') + "\r\nab\r\n0\r\n\r\n", 431);
}

TEST_P(HeaderLimit, IsAnOption) {
  start({"--max-header=512"});
  HttpClient client = connect();
  expect_ok(client.request(header_section_of(512)), "ok");
  client.tcp().close();
  expect_last_answer(header_section_of(513), 431);
  expect_last_answer("GET /" + std::string(600, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414);
}

TEST_P(HeaderLimit, EveryRequestOfAConnectionHasItsOwn) {
  start({"--max-header=512"});
  HttpClient client = connect();
  std::string requests;
  for (int i = 0; i < 10; ++i) {
    requests += header_section_of(500);
  }
  client.send(requests);
  for (int i = 0; i < 10; ++i) {
    expect_ok(client.receive(), "ok");
  }
}

}  // namespace
}  // namespace majuscule::test
