// SPDX-License-Identifier: MIT
// How an HTTP connection ends: at the client's request, by half-closing, by a drain, and by an error whose
// answer must not be lost to a reset.
#include <gtest/gtest.h>

#include "support/conversation.hpp"

namespace majuscule::test {
namespace {

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kClosing = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
constexpr std::string_view kOld = "GET / HTTP/1.0\r\n\r\n";
constexpr std::string_view kOldKeepAlive = "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n";
constexpr std::string_view kBad = "GET / HTTP/1.1\r\n\r\n";
constexpr std::string_view kCloseField = "Connection: close\r\n";

std::string answer(std::string_view fields = {}) { return answer_text("200 OK", "GET /? ", fields); }

std::string twice(std::string_view text) { return std::string(text).append(text); }

class HttpConnectionEnding : public ::testing::Test {
 protected:
  World world_;
  Conversation conversation_ = Conversation::of<HttpConnection>(world_);
};

TEST_F(HttpConnectionEnding, KeepsTheConnectionByDefault) {
  conversation_.play(kGet);
  EXPECT_EQ(conversation_.output(), answer());
  EXPECT_EQ(conversation_.connection().ending(), Ending::kNone);
  EXPECT_TRUE(conversation_.connection().idle());
}

TEST_F(HttpConnectionEnding, ClosesWhenTheClientAsks) {
  conversation_.receive(kClosing);
  ASSERT_TRUE(conversation_.answer_one());
  EXPECT_EQ(conversation_.connection().ending(), Ending::kNone) << "the answer is not written yet";
  conversation_.write();
  EXPECT_EQ(conversation_.output(), answer(kCloseField));
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, AnswersNothingAfterTheClientsLastRequest) {
  conversation_.play(std::string(kClosing).append(kGet));
  EXPECT_EQ(conversation_.output(), answer(kCloseField));
  EXPECT_TRUE(conversation_.was_half_closed()) << "the rest may still arrive";
}

TEST_F(HttpConnectionEnding, ClosesAfterHttp10) {
  conversation_.play(kOld);
  EXPECT_EQ(conversation_.output(), answer(kCloseField));
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, KeepsHttp10WhenAsked) {
  conversation_.play(kOldKeepAlive);
  conversation_.play(kOldKeepAlive);
  EXPECT_EQ(conversation_.output(), twice(answer("Connection: keep-alive\r\n")));
  EXPECT_FALSE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, ClosesWhenTheReplySaysSo) {
  auto conversation = Conversation::of<HttpConnection>(world_, [](Request& request) {
    Reply reply = echo(request);
    reply.close = true;
    return reply;
  });
  conversation.play(kGet);
  EXPECT_EQ(conversation.output(), answer(kCloseField));
  EXPECT_TRUE(conversation.was_half_closed()) << "the client may be sending its next request";
  conversation.end_of_input();
  EXPECT_TRUE(conversation.closed());

  auto last = Conversation::of<HttpConnection>(world_, [](Request& request) {
    Reply reply = echo(request);
    reply.close = true;
    return reply;
  });
  last.play(kClosing);
  EXPECT_TRUE(last.closed()) << "the client has announced that nothing follows";
}

TEST_F(HttpConnectionEnding, SendsNoBodyWithAStatusThatAllowsNone) {
  for (const std::uint16_t status : {std::uint16_t{204}, std::uint16_t{205}, std::uint16_t{304}}) {
    auto conversation = Conversation::of<HttpConnection>(world_, [status](Request& request) {
      Reply reply = echo(request);
      if (request.path() == "/none") {
        reply.status = status;
        reply.body = std::string(10'000, 'x');
      }
      return reply;
    });
    conversation.play("GET /none HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kGet));
    EXPECT_TRUE(conversation.output().ends_with(answer())) << status;
    EXPECT_EQ(conversation.output().find("xxx"), std::string::npos) << status;
    EXPECT_EQ(conversation.output().substr(0, 13), "HTTP/1.1 " + std::to_string(status) + " ");
    EXPECT_FALSE(conversation.closed());
    EXPECT_EQ(world_.counters.counters.bytes_out, conversation.output().size());
    world_.counters.counters.bytes_out = 0;
  }
}

TEST_F(HttpConnectionEnding, ClosesAtOnceWhenTheClientLeavesWithoutARequest) {
  conversation_.end_of_input();
  EXPECT_TRUE(conversation_.closed());
  EXPECT_EQ(conversation_.pending(), "");
  EXPECT_EQ(world_.counters.counters.timed_out, 0U);
}

TEST_F(HttpConnectionEnding, ClosesAtOnceWhenTheClientLeavesBetweenRequests) {
  conversation_.play(kGet);
  conversation_.end_of_input();
  EXPECT_TRUE(conversation_.closed());
  EXPECT_EQ(conversation_.output(), answer());
}

TEST_F(HttpConnectionEnding, Answers400ToATruncatedRequest) {
  for (const std::string_view half : {"G", "GET / HTTP/1.1\r\nHost: a\r\n", "BREW",
                                      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na"}) {
    auto conversation = Conversation::of<HttpConnection>(world_);
    conversation.play(half);
    conversation.end_of_input();
    conversation.settle();
    EXPECT_TRUE(conversation.output().starts_with("HTTP/1.1 400 ")) << half;
    EXPECT_TRUE(conversation.closed()) << "the client has closed its side: no lingering";
    EXPECT_FALSE(conversation.was_half_closed());
  }
}

TEST_F(HttpConnectionEnding, AnswersAHalfClosedClient) {
  conversation_.receive(kGet);
  conversation_.end_of_input();
  conversation_.settle();
  EXPECT_EQ(conversation_.output(), answer(kCloseField));
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, AnswersAClientThatHalfClosesDuringItsRequest) {
  conversation_.receive(kGet);
  Request* const request = conversation_.connection().next_request(conversation_.now());
  conversation_.end_of_input();
  EXPECT_FALSE(conversation_.closed());
  conversation_.connection().respond(echo(*request), conversation_.now());
  conversation_.write();
  EXPECT_EQ(conversation_.output(), answer(kCloseField));
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, AnswersAClientThatHalfClosesWhileTheAnswerLeaves) {
  conversation_.receive(kGet);
  ASSERT_TRUE(conversation_.answer_one());
  conversation_.write(5);
  conversation_.end_of_input();
  EXPECT_FALSE(conversation_.closed());
  EXPECT_FALSE(conversation_.connection().wants_input());
  conversation_.write();
  EXPECT_EQ(conversation_.output(), answer());
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, AnswersTheWholePipelineOfAHalfClosedClient) {
  conversation_.receive(twice(kGet).append(kGet));
  conversation_.end_of_input();
  conversation_.settle();
  EXPECT_EQ(conversation_.output(), twice(answer()) + answer(kCloseField));
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, AnswersAHalfClosedPipelineThatEndsInHalfARequest) {
  conversation_.receive(std::string(kGet) + "GET /");
  conversation_.end_of_input();
  conversation_.settle();
  EXPECT_TRUE(conversation_.output().starts_with(answer() + "HTTP/1.1 400 ")) << conversation_.output();
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, SaysCloseToAHalfClosedClientWhoseRequestEndsInAnEmptyLine) {
  conversation_.receive(std::string(kGet) + "\r\n");
  conversation_.end_of_input();
  conversation_.settle();
  EXPECT_EQ(conversation_.output(), answer(kCloseField));
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, LingersAfterAnError) {
  conversation_.receive(kBad);
  EXPECT_EQ(conversation_.connection().ending(), Ending::kNone);
  EXPECT_FALSE(conversation_.connection().wants_input());
  conversation_.write();
  EXPECT_EQ(conversation_.connection().ending(), Ending::kHalfClose);
  conversation_.half_close();
  EXPECT_EQ(conversation_.connection().ending(), Ending::kNone);
  EXPECT_TRUE(conversation_.connection().wants_input());
  EXPECT_EQ(conversation_.patience(), Connection::kLingerPause);
  conversation_.pass(std::chrono::seconds(1));
  EXPECT_EQ(conversation_.patience(), Connection::kLingerPause - std::chrono::seconds(1));
  conversation_.receive(kGet);
  EXPECT_FALSE(conversation_.answer_one()) << "nothing after an error is a request";
  EXPECT_EQ(conversation_.pending(), "");
  EXPECT_EQ(conversation_.patience(), Connection::kLingerPause) << "it is still sending";
  conversation_.end_of_input();
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, LingersForALimitedTime) {
  conversation_.play(kBad);
  ASSERT_TRUE(conversation_.was_half_closed());
  const Time end = conversation_.now().time + Connection::kLingerTime;
  while (conversation_.now().time + Connection::kLingerPause < end) {
    conversation_.pass(Connection::kLingerPause - std::chrono::seconds(1));
    conversation_.receive("more of a body");
    EXPECT_EQ(conversation_.connection().deadline(),
              std::min(end, conversation_.now().time + Connection::kLingerPause));
  }
  EXPECT_EQ(conversation_.connection().deadline(), end) << "however much it sends";
  conversation_.pass(conversation_.patience());
  conversation_.expire();
  EXPECT_TRUE(conversation_.closed());
  EXPECT_EQ(world_.counters.counters.timed_out, 0U);
}

TEST_F(HttpConnectionEnding, LingersForAMomentWhenTheServerDrains) {
  conversation_.play(kBad);
  conversation_.pass(std::chrono::seconds(1));
  conversation_.drain();
  conversation_.receive("a");
  EXPECT_EQ(conversation_.patience(), Connection::kLingerInDrain);
  conversation_.pass(std::chrono::seconds(1));
  conversation_.receive("b");
  EXPECT_EQ(conversation_.patience(), Connection::kLingerInDrain - std::chrono::seconds(1));

  auto late = Conversation::of<HttpConnection>(world_);
  late.drain();
  late.play(kBad);
  EXPECT_EQ(late.patience(), Connection::kLingerInDrain);
}

TEST_F(HttpConnectionEnding, AnswersConnectOnceAndLingers) {
  conversation_.play("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\nbytes for a tunnel");
  EXPECT_EQ(conversation_.output(), answer_text("200 OK", "CONNECT ? ", kCloseField));
  EXPECT_TRUE(conversation_.was_half_closed());
}

TEST_F(HttpConnectionEnding, DrainingClosesAfterTheAnswer) {
  conversation_.drain();
  conversation_.play(kGet);
  EXPECT_EQ(conversation_.output(), answer(kCloseField));
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, DrainingThatBeginsDuringARequestClosesAfterIt) {
  conversation_.receive(kGet);
  conversation_.drain();
  conversation_.settle();
  EXPECT_EQ(conversation_.output(), answer(kCloseField));
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, DrainingAnswersAllThatWasReceived) {
  conversation_.receive(twice(kGet).append(kGet));
  ASSERT_TRUE(conversation_.answer_one());
  conversation_.drain();
  conversation_.settle();
  EXPECT_EQ(conversation_.output(), twice(answer()) + answer(kCloseField));
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(HttpConnectionEnding, IsFreshUntilTheFirstByteOfARequest) {
  EXPECT_TRUE(conversation_.connection().fresh());
  EXPECT_TRUE(conversation_.connection().idle());
  conversation_.receive("\r\n");
  EXPECT_TRUE(conversation_.connection().fresh());
  conversation_.receive("G");
  EXPECT_FALSE(conversation_.connection().fresh());
  EXPECT_FALSE(conversation_.connection().idle());
  conversation_.play(kGet.substr(1));
  EXPECT_FALSE(conversation_.connection().fresh());
  EXPECT_TRUE(conversation_.connection().idle());
}

}  // namespace
}  // namespace majuscule::test
