// SPDX-License-Identifier: MIT
// The raw protocol: one message of up to 1,024 bytes, its capitalization, and the end of the connection.
#include <gtest/gtest.h>

#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class Raw : public ModeTest {
 protected:
  Received answer_to(const std::string& message) {
    TcpClient client = connect_raw();
    EXPECT_TRUE(client.send(message));
    return client.receive_to_end();
  }

  void expect_reply(const std::string& message, const std::string& reply) {
    const Received received = answer_to(message);
    EXPECT_EQ(received.bytes, reply);
    EXPECT_EQ(received.ending, Ending::kEndOfInput);
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(Raw);

TEST_P(Raw, CapitalizesAMessageAndCloses) {
  start();
  expect_reply("hELLO wORLD", "Hello world");
  expect_reply("x", "X");
  expect_reply(" lEADING BLANK\n", " leading blank\n");
  EXPECT_EQ(server().stats()["requests"], 3);
}

TEST_P(Raw, TakesHttpAsAMessage) {
  start();
  expect_reply(get("/healthz"), capitalized(get("/healthz")));
}

TEST_P(Raw, EveryByteValueIsReturned) {
  start();
  std::string bytes;
  for (int value = 0; value < 256; ++value) {
    bytes.push_back(static_cast<char>(value));
  }
  expect_reply(bytes, capitalized(bytes));
  expect_reply("a" + bytes, capitalized("a" + bytes));
}

TEST_P(Raw, LongestMessageHas1024Bytes) {
  start();
  expect_reply(std::string(1024, 'Q'), capitalized(std::string(1024, 'Q')));
}

TEST_P(Raw, OnlyTheFirst1024BytesAreAnswered) {
  start();
  for (const std::size_t size : {1025U, 5000U, 60'000U}) {
    SCOPED_TRACE(size);
    expect_reply(std::string(size, 'Q'), capitalized(std::string(1024, 'Q')));
  }
  EXPECT_EQ(server().stats()["requests"], 3);
}

TEST_P(Raw, EmptyMessageJustCloses) {
  start();
  TcpClient client = connect_raw();
  client.half_close();
  const Received received = client.receive_to_end();
  EXPECT_EQ(received.bytes, "");
  EXPECT_EQ(received.ending, Ending::kEndOfInput);
  EXPECT_EQ(server().stats()["requests"], 0);
}

TEST_P(Raw, HalfClosedClientGetsItsReply) {
  start({"--task=sleep:100ms"});
  TcpClient client = connect_raw();
  EXPECT_TRUE(client.send("half"));
  client.half_close();
  EXPECT_EQ(client.receive_to_end().bytes, "Half");
}

TEST_P(Raw, ReplyComesAfterTheTask) {
  start({"--task=sleep:300ms"});
  const auto begin = Clock::now();
  expect_reply("wait", "Wait");
  EXPECT_GE(Clock::now() - begin, milliseconds(300));
}

TEST_P(Raw, CountsAsAConnectionAndARequestOfTheServer) {
  start();
  expect_reply("abc", "Abc");
  const Stats stats = server().stats();
  EXPECT_EQ(stats["requests"], 1);
  EXPECT_EQ(stats["connections/accepted"], 2);
  EXPECT_EQ(stats["responses/200"], 0) << "a raw reply has no HTTP status";
}

}  // namespace
}  // namespace majuscule::test
