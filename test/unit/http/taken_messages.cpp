// SPDX-License-Identifier: MIT
// Messages that must be accepted, at the edges of RFC 9112 and RFC 9110.
#include "http/message_cases.hpp"

namespace majuscule::test {
namespace {

using namespace std::string_literals;

Limits with_header_limit(std::size_t size) {
  Limits limits;
  limits.max_header = size;
  return limits;
}

Limits with_body_limit(std::size_t size) {
  Limits limits;
  limits.max_body = size;
  return limits;
}

std::vector<Taken> request_lines() {
  return {
      {.name = "Plain", .bytes = get("")},
      {.name = "PathAndQuery",
       .bytes = message("GET /a/b?c=d&e=%20 HTTP/1.1"),
       .path = "/a/b",
       .query = "c=d&e=%20"},
      {.name = "EmptyQuery", .bytes = message("GET /a? HTTP/1.1"), .path = "/a"},
      {.name = "SecondQuestionMark", .bytes = message("GET /a?b?c HTTP/1.1"), .path = "/a", .query = "b?c"},
      {.name = "TwoSlashes", .bytes = message("GET //a HTTP/1.1"), .path = "//a"},
      {.name = "PercentIsNotDecoded", .bytes = message("GET /%2f%zz HTTP/1.1"), .path = "/%2f%zz"},
      {.name = "AbsoluteTarget",
       .bytes = message("GET http://b:80/c?d HTTP/1.1"),
       .path = "/c",
       .query = "d"},
      {.name = "AbsoluteTargetInCapitals", .bytes = message("GET HTTP://B/c HTTP/1.1"), .path = "/c"},
      {.name = "AbsoluteTargetOfHttps", .bytes = message("GET https://b/c HTTP/1.1"), .path = "/c"},
      {.name = "AbsoluteTargetWithQueryOnly",
       .bytes = message("GET http://b?c HTTP/1.1"),
       .path = "",
       .query = "c"},
      {.name = "AbsoluteTargetWithoutPath", .bytes = message("GET http://b HTTP/1.1"), .path = ""},
      {.name = "AbsoluteTargetInTheQuery",
       .bytes = message("GET /a?u=http:///b HTTP/1.1"),
       .path = "/a",
       .query = "u=http:///b"},
      {.name = "AsteriskOfOptions", .bytes = message("OPTIONS * HTTP/1.1"), .method = "OPTIONS", .path = "*"},
      {.name = "OptionsOfPath", .bytes = message("OPTIONS /a HTTP/1.1"), .method = "OPTIONS", .path = "/a"},
      {.name = "Head", .bytes = message("HEAD /a HTTP/1.1"), .method = "HEAD", .path = "/a"},
      {.name = "PutIsKnown", .bytes = message("PUT /a HTTP/1.1"), .method = "PUT", .path = "/a"},
      {.name = "MSearchIsKnown",
       .bytes = message("M-SEARCH /a HTTP/1.1"),
       .method = "M-SEARCH",
       .path = "/a"},
      {.name = "ConnectIsNoTunnel",
       .bytes = message("CONNECT a:443 HTTP/1.1"),
       .method = "CONNECT",
       .path = ""},
  };
}

std::vector<Taken> fields() {
  return {
      {.name = "Http10", .bytes = "GET / HTTP/1.0\r\n\r\n", .keep_alive = false, .minor_version = 0},
      {.name = "Http10WithHost", .bytes = message("GET / HTTP/1.0"), .keep_alive = false, .minor_version = 0},
      {.name = "Http10KeepAlive",
       .bytes = message("GET / HTTP/1.0", "Connection: keep-alive\r\n"),
       .fields = {{"Connection", "keep-alive"}},
       .minor_version = 0},
      {.name = "ConnectionClose",
       .bytes = get("Connection: close\r\n"),
       .fields = {{"Connection", "close"}},
       .keep_alive = false},
      {.name = "ConnectionCloseInAList",
       .bytes = get("Connection: x ,CLOSE\r\n"),
       .fields = {{"Connection", "x ,CLOSE"}},
       .keep_alive = false},
      {.name = "CloseWinsOverKeepAlive",
       .bytes = get("Connection: close, keep-alive\r\n"),
       .fields = {{"Connection", "close, keep-alive"}},
       .keep_alive = false},
      {.name = "CloseWinsOverKeepAliveOnHttp10",
       .bytes = message("GET / HTTP/1.0", "Connection: close, keep-alive\r\n"),
       .fields = {{"Connection", "close, keep-alive"}},
       .keep_alive = false,
       .minor_version = 0},
      {.name = "BlanksAroundValues",
       .bytes = get("A:b\r\nC: \t d e\t \r\nF:\r\nG: \t\r\n"),
       .fields = {{"A", "b"}, {"C", "d e"}, {"F", ""}, {"G", ""}}},
      {.name = "BytesAboveAsciiInAValue",
       .bytes = get("A: \xC3\xA9\xFF\r\n"),
       .fields = {{"A", "\xC3\xA9\xFF"}}},
      {.name = "TabInsideAValue", .bytes = get("A: b\tc\r\n"), .fields = {{"A", "b\tc"}}},
      {.name = "EveryTokenCharacterInAName",
       .bytes = get("!#$%&'*+-.^_`|~09az: b\r\n"),
       .fields = {{"!#$%&'*+-.^_`|~09az", "b"}}},
      {.name = "ColonsInAValue", .bytes = get("A:: b: c\r\n"), .fields = {{"A", ": b: c"}}},
      {.name = "FieldsRepeated", .bytes = get("A: b\r\nA: c\r\n"), .fields = {{"A", "b"}, {"A", "c"}}},
      {.name = "EmptyHost", .bytes = "GET / HTTP/1.1\r\nHost:\r\n\r\n", .fields = {{"Host", ""}}},
      {.name = "HostInOtherCase", .bytes = "GET / HTTP/1.1\r\nhOsT: a\r\n\r\n", .fields = {{"hOsT", "a"}}},
      {.name = "HostWithPort", .bytes = "GET / HTTP/1.1\r\nHost: a:80\r\n\r\n", .fields = {{"Host", "a:80"}}},
      {.name = "HostWithEmptyPort",
       .bytes = "GET / HTTP/1.1\r\nHost: a:\r\n\r\n",
       .fields = {{"Host", "a:"}}},
      {.name = "HostOfIpv6",
       .bytes = "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
       .fields = {{"Host", "[::1]:80"}}},
      {.name = "UpgradeIsIgnored",
       .bytes = get("Connection: upgrade\r\nUpgrade: websocket\r\n"),
       .fields = {{"Connection", "upgrade"}, {"Upgrade", "websocket"}}},
      {.name = "UpgradeOfAPost",
       .bytes = post("Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n", "abc"),
       .method = "POST",
       .body = "abc",
       .fields = {{"Connection", "upgrade"}, {"Upgrade", "h2c"}, {"Content-Length", "3"}}},
      {.name = "UpgradeOfAChunkedPost",
       .bytes = post("Connection: upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n",
                     "1\r\na\r\n0\r\n\r\n"),
       .method = "POST",
       .body = "a",
       .fields = {{"Connection", "upgrade"}, {"Upgrade", "h2c"}, {"Transfer-Encoding", "chunked"}}},
      {.name = "ExpectOnHttp10IsIgnored",
       .bytes = "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na",
       .method = "POST",
       .body = "a",
       .fields = {{"Expect", "100-continue"}, {"Content-Length", "1"}},
       .keep_alive = false,
       .minor_version = 0},
      {.name = "ExpectWithoutABody",
       .bytes = get("Expect: 100-continue\r\n"),
       .fields = {{"Expect", "100-continue"}}},
  };
}

std::vector<Taken> bodies() {
  const auto in_chunks = [](std::string name, std::string_view framed, std::string body) {
    return Taken{.name = std::move(name),
                 .bytes = chunked(framed),
                 .method = "POST",
                 .body = std::move(body),
                 .fields = {{"Transfer-Encoding", "chunked"}}};
  };
  std::vector<Taken> cases = {
      {.name = "WithoutBody", .bytes = post("", ""), .method = "POST"},
      {.name = "EmptyBody",
       .bytes = post("Content-Length: 0\r\n", ""),
       .method = "POST",
       .fields = {{"Content-Length", "0"}}},
      {.name = "BodyOfAnyBytes",
       .bytes = post("Content-Length: 8\r\n", "a\r\n\r\n\0\xFF "s),
       .method = "POST",
       .body = "a\r\n\r\n\0\xFF "s,
       .fields = {{"Content-Length", "8"}}},
      {.name = "LengthWithZerosAndBlanks",
       .bytes = post("Content-Length: \t003 \r\n", "abc"),
       .method = "POST",
       .body = "abc",
       .fields = {{"Content-Length", "003"}}},
      {.name = "BodyOfAGet",
       .bytes = message("GET / HTTP/1.1", "Content-Length: 3\r\n", "abc"),
       .body = "abc",
       .fields = {{"Content-Length", "3"}}},
      {.name = "CodingInCapitalsAndBlanks",
       .bytes = post("Transfer-Encoding: \tChunked \r\n", "1\r\na\r\n0\r\n\r\n"),
       .method = "POST",
       .body = "a",
       .fields = {{"Transfer-Encoding", "Chunked"}}},
      {.name = "ExpectContinue",
       .bytes = post("Expect: 100-Continue\r\nContent-Length: 3\r\n", "abc"),
       .method = "POST",
       .body = "abc",
       .fields = {{"Expect", "100-Continue"}, {"Content-Length", "3"}},
       .expects_continue = true},
      {.name = "ExpectContinueInChunks",
       .bytes = post("Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n", "1\r\na\r\n0\r\n\r\n"),
       .method = "POST",
       .body = "a",
       .fields = {{"Transfer-Encoding", "chunked"}, {"Expect", "100-continue"}},
       .expects_continue = true},
      in_chunks("OneChunk", "3\r\nabc\r\n0\r\n\r\n", "abc"),
      in_chunks("NoChunk", "0\r\n\r\n", ""),
      in_chunks("LastChunkOfManyZeros", "1\r\na\r\n000\r\n\r\n", "a"),
      in_chunks("SizesInHexadecimal", "A\r\n0123456789\r\n0b\r\n0123456789a\r\n0\r\n\r\n",
                "01234567890123456789a"),
      in_chunks("LineEndsInAChunk", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"),
      in_chunks("ChunkExtensions", "1;a\r\nx\r\n1;a=b\r\ny\r\n0;z\r\n\r\n", "xy"),
      in_chunks("SeveralChunkExtensions", "1;a;b=c;d\r\nx\r\n0;e;f\r\n\r\n", "x"),
      in_chunks("BlanksInChunkExtensions", "1 ;\ta = b\t; c\r\nx\r\n0 ;d=e\r\n\r\n", "x"),
      in_chunks("QuotedChunkExtensions",
                "1;a=\"b;c=\\\"\\\\ \xC3\xA9\t\";d=\"\"\r\nx\r\n0;e=\"0\"\r\nB: c\r\n\r\n", "x"),
      in_chunks("ChunkOfWhatLooksLikeChunks", "a\r\n1;a\r\nx\r\n0\r\r\n0\r\n\r\n", "1;a\r\nx\r\n0\r"),
      in_chunks("TrailersAreNoFields", "1\r\na\r\n0\r\nB: c\r\nHost: d\r\n\r\n", "a"),
  };
  return cases;
}

// Exactly at a limit; refused_by_limits() has one byte more of each.
std::vector<Taken> at_limits() {
  const std::string whole = get("A: " + std::string(40, 'b') + "\r\n");
  const std::string split_body = "3\r\nabc\r\n5\r\ndefgh\r\n0\r\n\r\n";
  const std::string trailers = "0\r\nA: " + std::string(50, 'b') + "\r\n\r\n";
  return {
      {.name = "HeaderAtItsLimit",
       .bytes = whole,
       .fields = {{"A", std::string(40, 'b')}},
       .limits = with_header_limit(whole.size())},
      {.name = "BodyAtItsLimit",
       .bytes = post("Content-Length: 8\r\n", "abcdefgh"),
       .method = "POST",
       .body = "abcdefgh",
       .fields = {{"Content-Length", "8"}},
       .limits = with_body_limit(8)},
      {.name = "ChunkedBodyAtItsLimit",
       .bytes = chunked(split_body),
       .method = "POST",
       .body = "abcdefgh",
       .fields = {{"Transfer-Encoding", "chunked"}},
       .limits = with_body_limit(8)},
      {.name = "TrailersAtTheirLimit",
       .bytes = chunked("1\r\nx\r\n" + trailers),
       .method = "POST",
       .body = "x",
       .fields = {{"Transfer-Encoding", "chunked"}},
       .limits = with_header_limit(trailers.size() + 2)},  // with the end of the chunk
  };
}

}  // namespace

std::vector<Taken> taken_messages() {
  std::vector<Taken> all;
  for (const auto& some : {request_lines(), fields(), bodies(), at_limits()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::string message(std::string_view request_line, std::string_view lines, std::string_view body) {
  return std::string(request_line).append("\r\nHost: a\r\n").append(lines).append("\r\n").append(body);
}

std::string get(std::string_view lines) { return message("GET / HTTP/1.1", lines); }

std::string post(std::string_view lines, std::string_view body) {
  return message("POST / HTTP/1.1", lines, body);
}

std::string chunked(std::string_view body) { return post("Transfer-Encoding: chunked\r\n", body); }

}  // namespace majuscule::test
