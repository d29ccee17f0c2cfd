// SPDX-License-Identifier: MIT
// Any bytes from a client lead to well-formed answers or a close: never a crash or a hang, and the next
// client is served. The bytes are random but the same in every run.
#include <random>

#include <gtest/gtest.h>

#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class Garbage : public ModeTest {
 protected:
  void SetUp() override { start(); }

  /// Sends `bytes` and the end of input. Expects only complete answers and then a close.
  void expect_answers_or_a_close(const std::string& bytes) {
    HttpClient client = connect();
    (void)client.tcp().send(bytes);
    client.tcp().half_close();
    const Received received = client.tcp().receive_to_end();
    EXPECT_EQ(received.ending, Ending::kEndOfInput);
    EXPECT_NO_THROW((void)all_responses(received.bytes)) << ::testing::PrintToString(bytes);
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(Garbage);

std::string random_bytes(std::mt19937& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(random() % 256);
  }
  return bytes;
}

TEST_P(Garbage, OfRandomBytes) {
  std::mt19937 random(1);
  for (int i = 0; i < 150; ++i) {
    expect_answers_or_a_close(random_bytes(random, random() % 400));
  }
  EXPECT_TRUE(serves_a_new_client());
}

TEST_P(Garbage, OfGoodRequestsWithBytesChanged) {
  std::mt19937 random(2);
  const std::string good = post("hello", "X-Header: value\r\n") + post_chunked("hello", 2, "X-Sum: 1\r\n") +
                           get("/capitalize?text=a%41") + "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  std::string interesting("\r\n\0 :;,/?%+\t\"\\\x7F\xFF", 16);
  interesting += "0123456789abcdefxGPH";
  for (int i = 0; i < 300; ++i) {
    std::string bytes = good;
    for (auto change = random() % 3 + 1; change > 0; --change) {
      const std::size_t at = random() % bytes.size();
      const char byte = interesting[random() % interesting.size()];
      switch (random() % 3) {
        case 0: bytes[at] = byte; break;
        case 1: bytes.insert(at, 1, byte); break;
        default: bytes.erase(at, random() % 5); break;
      }
    }
    expect_answers_or_a_close(bytes);
  }
  EXPECT_TRUE(serves_a_new_client());
}

TEST_P(Garbage, OnTheRawPort) {
  std::mt19937 random(3);
  for (int i = 0; i < 100; ++i) {
    const std::string bytes = random_bytes(random, random() % 1024 + 1);
    TcpClient client = connect_raw();
    EXPECT_TRUE(client.send(bytes));
    EXPECT_TRUE(client.receive_to_end().bytes == capitalized(bytes));
  }
  EXPECT_EQ(server().stats()["requests"], 100);
}

}  // namespace
}  // namespace majuscule::test
