// SPDX-License-Identifier: MIT
// Unusual but well-formed requests. Each is sent whole, byte by byte, and directly followed by the next
// request: the answers must not depend on how the bytes arrive.
#include <ostream>
#include <tuple>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

struct Accepted {
  const char* name;
  std::string request;
  std::string body;  // of the answer
};

void PrintTo(const Accepted& accepted, std::ostream* out) { *out << accepted.name; }

std::vector<Accepted> accepted_requests() {
  const std::string chunked = request("POST", "/capitalize", "Transfer-Encoding: chunked\r\n");
  return {
      {"Get", get("/capitalize?text=hELLO"), "Hello"},
      {"Post", post("hELLO"), "Hello"},
      {"HeaderNamesInAnyCase", "POST /capitalize HTTP/1.1\r\nhOST: x\r\ncontent-LENGTH: 2\r\n\r\nab", "Ab"},
      {"NoSpaceAfterColon", "POST /capitalize HTTP/1.1\r\nHost:x\r\nContent-Length:2\r\n\r\nab", "Ab"},
      {"BlanksAroundValues", "POST /capitalize HTTP/1.1\r\nHost: \t x \t\r\nContent-Length:  2 \r\n\r\nab",
       "Ab"},
      {"EmptyValue", get("/capitalize?text=ab", "X-Empty:\r\nX-Blank: \t\r\n"), "Ab"},
      {"EmptyLineBeforeTheRequest", "\r\n" + get("/capitalize?text=ab"), "Ab"},
      {"HostWithPort", "GET /capitalize?text=ab HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", "Ab"},
      {"ObsoleteBytesInAValue", get("/capitalize?text=ab", "X-Name: \xE9\xFF\r\n"), "Ab"},
      {"Expectation", post("ab", "Expect: 100-continue\r\n"), "Ab"},
      {"OneChunk", chunked + "5\r\nhELLO\r\n0\r\n\r\n", "Hello"},
      {"ManyChunks", post_chunked("hELLO wORLD", 1), "Hello world"},
      {"NoChunks", chunked + "0\r\n\r\n", ""},
      {"ChunkSizeInEitherCase", chunked + "a\r\n0123456789\r\nA\r\nABCDEFGHIJ\r\n0\r\n\r\n",
       "0123456789abcdefghij"},
      {"ChunkSizeWithZeros", chunked + "0000000002\r\nab\r\n000\r\n\r\n", "Ab"},
      {"ChunkExtensions", chunked + "2;a\r\nab\r\n2;b=c\r\ncd\r\n2;d=\"e;f\"\r\nef\r\n0;last\r\n\r\n",
       "Abcdef"},
      {"Trailers", post_chunked("ab", 2, "X-Sum: 1\r\nX-Other: 2\r\n"), "Ab"},
      {"TrailersThatWouldClose", post_chunked("ab", 2, "Connection: close\r\nHost: y\r\n"), "Ab"},
      {"CodingInAnyCase",
       request("POST", "/capitalize", "transfer-encoding: Chunked\r\n") + "2\r\nab\r\n0\r\n\r\n", "Ab"},
      {"GetWithABody", get("/capitalize?text=query", "Content-Length: 4\r\n") + "body", "Query"},
      {"BodyThatLooksLikeARequest", post(get("/nothing")), capitalized(get("/nothing"))},
  };
}

class AcceptedRequest : public ServerTest,
                        public ::testing::WithParamInterface<std::tuple<std::string, Accepted>> {
 protected:
  void SetUp() override { start(std::get<0>(GetParam())); }
  [[nodiscard]] const Accepted& accepted() const { return std::get<1>(GetParam()); }

  /// Returns the next answer that is not interim.
  static HttpResponse final_answer(HttpClient& client) {
    HttpResponse response = client.receive();
    return response.status == 100 ? client.receive() : response;
  }
};

INSTANTIATE_TEST_SUITE_P(EveryMode, AcceptedRequest,
                         ::testing::Combine(::testing::ValuesIn(mode_names()),
                                            ::testing::ValuesIn(accepted_requests())),
                         [](const auto& each) {
                           return test_name(std::get<0>(each.param)) + "_" + std::get<1>(each.param).name;
                         });

TEST_P(AcceptedRequest, IsAnsweredTheSameInEverySplit) {
  {
    SCOPED_TRACE("whole");
    HttpClient client = connect();
    client.send(accepted().request);
    expect_ok(final_answer(client), accepted().body);
  }
  {
    SCOPED_TRACE("byte by byte");
    HttpClient client = connect();
    ASSERT_TRUE(client.tcp().send_in_pieces(accepted().request, 1));
    expect_ok(final_answer(client), accepted().body);
  }
  {
    SCOPED_TRACE("in pieces of three bytes, twice over one connection");
    HttpClient client = connect();
    ASSERT_TRUE(client.tcp().send_in_pieces(accepted().request + accepted().request, 3));
    expect_ok(final_answer(client), accepted().body);
    expect_ok(final_answer(client), accepted().body);
  }
  {
    SCOPED_TRACE("with the next request behind it");
    HttpClient client = connect();
    client.send(accepted().request + get("/capitalize?text=next"));
    expect_ok(final_answer(client), accepted().body);
    expect_ok(client.receive(), "Next");
  }
  {
    SCOPED_TRACE("from a client that then closes its half");
    HttpClient client = connect();
    client.send(accepted().request);
    client.tcp().half_close();
    const HttpResponse response = final_answer(client);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, accepted().body);
    EXPECT_TRUE(client.is_closed_by_server());
  }
  EXPECT_EQ(server().stats()["requests"], 7);
}

}  // namespace
}  // namespace majuscule::test
