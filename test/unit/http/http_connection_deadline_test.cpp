// SPDX-License-Identifier: MIT
// The deadlines. Each is for a whole header section, body, pause or write: single bytes do not extend it.
#include <gtest/gtest.h>

#include "support/conversation.hpp"

namespace majuscule::test {
namespace {

using std::chrono::seconds;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kPostHead = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";

Limits limits() {
  Limits limits;
  limits.header_timeout = seconds(10);
  limits.body_timeout = seconds(30);
  limits.idle_timeout = seconds(60);
  limits.write_timeout = seconds(20);
  return limits;
}

class HttpConnectionDeadline : public ::testing::Test {
 protected:
  std::uint64_t timed_out() const { return world_.counters.counters.timed_out; }

  World world_{limits()};
  Conversation conversation_ = Conversation::of<HttpConnection>(world_);
};

TEST_F(HttpConnectionDeadline, BeginsWithTheShorterOfHeaderAndIdle) {
  EXPECT_EQ(conversation_.patience(), seconds(10));
  world_.limits.idle_timeout = seconds(4);
  EXPECT_EQ(Conversation::of<HttpConnection>(world_).patience(), seconds(4));
}

TEST_F(HttpConnectionDeadline, OfAHeaderIsNotExtendedBySingleBytes) {
  conversation_.pass(seconds(3));
  for (const char c : kGet.substr(0, 9)) {
    conversation_.play({&c, 1});
    conversation_.pass(seconds(1));
  }
  EXPECT_EQ(conversation_.patience(), seconds(1)) << "ten seconds from the first byte";
  conversation_.pass(seconds(1));
  conversation_.expire();
  conversation_.settle();
  EXPECT_EQ(conversation_.output(),
            answer_text("408 Request Timeout", "408 Request Timeout: the header section took too long\n",
                        "Connection: close\r\n"));
  EXPECT_TRUE(conversation_.was_half_closed());
  EXPECT_EQ(timed_out(), 1U);
  EXPECT_EQ(world_.counters.answers(408), 1U);
}

TEST_F(HttpConnectionDeadline, IsNotExtendedByEmptyLines) {
  conversation_.pass(seconds(3));
  conversation_.play("\r\n");
  EXPECT_EQ(conversation_.patience(), seconds(7));
}

TEST_F(HttpConnectionDeadline, OfABodyBeginsAfterTheHeaderAndIsNotExtendedBySingleBytes) {
  conversation_.play(kPostHead.substr(0, 10));
  conversation_.pass(seconds(5));
  conversation_.play(kPostHead.substr(10));
  EXPECT_EQ(conversation_.patience(), seconds(30));
  for (int i = 0; i < 4; ++i) {
    conversation_.pass(seconds(6));
    conversation_.play("a");
  }
  EXPECT_EQ(conversation_.patience(), seconds(6));
  conversation_.pass(seconds(6));
  conversation_.expire();
  conversation_.settle();
  EXPECT_EQ(conversation_.output(),
            answer_text("408 Request Timeout", "408 Request Timeout: the body took too long\n",
                        "Connection: close\r\n"));
  EXPECT_EQ(timed_out(), 1U);
}

TEST_F(HttpConnectionDeadline, IsNoneWhileTheServerWorks) {
  conversation_.receive(kGet);
  EXPECT_EQ(conversation_.connection().deadline(), kNever);
  ASSERT_NE(conversation_.connection().next_request(conversation_.now()), nullptr);
  EXPECT_EQ(conversation_.connection().deadline(), kNever);
}

TEST_F(HttpConnectionDeadline, BetweenRequestsClosesWithoutAnAnswer) {
  conversation_.pass(seconds(9));
  conversation_.play(kGet);
  EXPECT_EQ(conversation_.patience(), seconds(60));
  const std::string output = conversation_.output();
  conversation_.pass(seconds(60));
  conversation_.expire();
  EXPECT_TRUE(conversation_.closed());
  EXPECT_EQ(conversation_.pending(), "");
  EXPECT_EQ(conversation_.output(), output);
  EXPECT_EQ(timed_out(), 1U);
  EXPECT_EQ(world_.counters.answers(408), 0U);
}

TEST_F(HttpConnectionDeadline, BeforeTheFirstRequestClosesWithoutAnAnswer) {
  conversation_.pass(seconds(10));
  conversation_.expire();
  EXPECT_TRUE(conversation_.closed());
  EXPECT_EQ(conversation_.pending(), "");
  EXPECT_EQ(timed_out(), 1U);
}

TEST_F(HttpConnectionDeadline, OfASecondRequestBeginsWithItsFirstByte) {
  conversation_.play(kGet);
  conversation_.pass(seconds(50));
  conversation_.play("G");
  EXPECT_EQ(conversation_.patience(), seconds(10));
}

TEST_F(HttpConnectionDeadline, OfAPipelinedRequestBeginsWhenItIsTaken) {
  conversation_.receive(std::string(kGet) + "G");
  conversation_.pass(seconds(50));
  conversation_.settle();
  EXPECT_EQ(conversation_.patience(), seconds(10));
}

TEST_F(HttpConnectionDeadline, OfAWriteIsNotExtendedByReadingALittle) {
  conversation_.receive(kGet);
  ASSERT_TRUE(conversation_.answer_one());
  conversation_.write(0);
  EXPECT_EQ(conversation_.patience(), seconds(20));
  for (int i = 0; i < 19; ++i) {
    conversation_.pass(seconds(1));
    conversation_.write(1);
  }
  EXPECT_EQ(conversation_.patience(), seconds(1));
  conversation_.pass(seconds(1));
  conversation_.expire();
  EXPECT_TRUE(conversation_.closed());
  EXPECT_EQ(conversation_.pending(), "");
  EXPECT_EQ(timed_out(), 1U);
}

TEST_F(HttpConnectionDeadline, AfterAStuckWriteIsTheIdleOne) {
  conversation_.receive(kGet);
  ASSERT_TRUE(conversation_.answer_one());
  conversation_.write(1);
  conversation_.pass(seconds(19));
  conversation_.write();
  EXPECT_EQ(conversation_.patience(), seconds(60));
}

TEST_F(HttpConnectionDeadline, OfAStuckErrorAnswerEndsTheConnection) {
  conversation_.receive("GET / HTTP/1.1\r\n\r\n");
  conversation_.write(1);
  EXPECT_EQ(conversation_.patience(), seconds(20));
  conversation_.pass(seconds(20));
  conversation_.expire();
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionDeadline, OfAStuck408EndsTheConnection) {
  conversation_.receive("G");
  conversation_.pass(seconds(10));
  conversation_.expire();
  conversation_.write(1);
  EXPECT_EQ(conversation_.patience(), seconds(20));
  conversation_.pass(seconds(20));
  conversation_.expire();
  EXPECT_TRUE(conversation_.closed());
  EXPECT_EQ(timed_out(), 1U) << "a slow header and a slow reader, but one client";
}

TEST_F(HttpConnectionDeadline, OfAStuckWriteWithinARequestClosesWithoutAnAnswer) {
  conversation_.receive(std::string(kGet) + "GET /");
  ASSERT_TRUE(conversation_.answer_one());
  ASSERT_FALSE(conversation_.answer_one());
  conversation_.write(1);
  EXPECT_EQ(conversation_.patience(), seconds(20));
  conversation_.pass(seconds(20));
  conversation_.expire();
  EXPECT_TRUE(conversation_.closed()) << "the client does not read, so it would not get a 408";
}

TEST_F(HttpConnectionDeadline, OfAWriteStuckBeforeATaskBeginsWithTheReply) {
  conversation_.receive(std::string(kGet) + std::string(kGet));
  ASSERT_TRUE(conversation_.answer_one());
  const Request* const request = conversation_.connection().next_request(conversation_.now());
  ASSERT_NE(request, nullptr);
  conversation_.write(1);
  conversation_.pass(seconds(30));
  conversation_.connection().respond(echo(*request), conversation_.now());
  EXPECT_EQ(conversation_.patience(), seconds(20)) << "the write timeout, not the idle one";
  conversation_.write(0);
  EXPECT_EQ(conversation_.patience(), seconds(20));
  conversation_.pass(seconds(20));
  conversation_.expire();
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionDeadline, Of408ToHeadHasNoBody) {
  conversation_.play("HEAD / HTTP/1.1\r\nContent-Length: 1\r\nHost: a\r\n\r\n");
  conversation_.pass(conversation_.patience());
  conversation_.expire();
  conversation_.settle();
  EXPECT_TRUE(conversation_.output().starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(conversation_.output().ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace majuscule::test
