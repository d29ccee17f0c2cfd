// SPDX-License-Identifier: MIT
// The list of requests. RFC 9112 decides what is malformed; what is well-formed but not supported here gets
// 501 or 505.
#include "conformance/rejected_requests.hpp"

#include "support/http_client.hpp"

namespace majuscule::test {

namespace {

constexpr const char* kHost = "\r\nHost: localhost\r\n\r\n";

/// Returns a request for /healthz with header `lines` after its Host.
std::string with(const std::string& lines) { return get("/healthz", lines); }

/// Returns a POST with header `lines`, followed by `body`.
std::string post_with(const std::string& lines, const std::string& body) {
  return request("POST", "/capitalize", lines) + body;
}

std::string chunked(const std::string& body) { return post_with("Transfer-Encoding: chunked\r\n", body); }

}  // namespace

std::vector<Rejected> rejected_request_lines() {
  return {
      {"TlsClientHello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11) + kHost, 400},
      {"NoTarget", std::string("GET") + kHost, 400},
      {"NoVersion", std::string("GET /healthz") + kHost, 400},
      {"Http09", "GET /healthz\r\n\r\n", 400},
      {"Http09ByName", std::string("GET /healthz HTTP/0.9") + kHost, 505},
      {"VersionWithoutNumber", std::string("GET /healthz HTTP/") + kHost, 400},
      {"VersionWithoutMinor", std::string("GET /healthz HTTP/1") + kHost, 400},
      {"VersionInLowerCase", std::string("GET /healthz http/1.1") + kHost, 400},
      {"VersionWithMore", std::string("GET /healthz HTTP/1.1x") + kHost, 400},
      {"VersionWithBlank", std::string("GET /healthz HTTP/1.1 ") + kHost, 400},
      {"OtherProtocol", std::string("GET /healthz HTPT/1.1") + kHost, 400},
      {"RtspVersion", std::string("GET /healthz RTSP/1.0") + kHost, 400},
      {"Http2", std::string("GET /healthz HTTP/2.0") + kHost, 505},
      {"Http3", std::string("GET /healthz HTTP/3.0") + kHost, 505},
      {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"UnknownMethod", std::string("BREW /healthz HTTP/1.1") + kHost, 501},
      {"UnknownMethodThatBeginsLikeGet", std::string("GETS /healthz HTTP/1.1") + kHost, 501},
      {"BeginningOfAMethod", std::string("GE /healthz HTTP/1.1") + kHost, 501},
      {"MethodInLowerCase", std::string("get /healthz HTTP/1.1") + kHost, 501},
      {"MethodOfRtsp", std::string("DESCRIBE /healthz HTTP/1.1") + kHost, 501},
      {"UnknownMethodWithoutVersion", "BREW /healthz\r\n\r\n", 400},
      {"MethodIsNoToken", std::string("G@T /healthz HTTP/1.1") + kHost, 400},
      {"BlankBeforeTheMethod", std::string(" GET /healthz HTTP/1.1") + kHost, 400},
      {"TwoBlanksBeforeTheTarget", std::string("GET  /healthz HTTP/1.1") + kHost, 400},
      {"TwoBlanksBehindTheTarget", std::string("GET /healthz  HTTP/1.1") + kHost, 400},
      {"TabBehindTheMethod", std::string("GET\t/healthz HTTP/1.1") + kHost, 400},
      {"BlankInTheTarget", std::string("GET /health z HTTP/1.1") + kHost, 400},
      {"NulInTheTarget", std::string("GET /health\0z HTTP/1.1", 22) + kHost, 400},
      {"ControlByteInTheTarget", std::string("GET /health\x7Fz HTTP/1.1") + kHost, 400},
      {"RelativeTarget", std::string("GET healthz HTTP/1.1") + kHost, 400},
      {"AsteriskOfGet", std::string("GET * HTTP/1.1") + kHost, 400},
      {"AbsoluteTargetWithoutHost", std::string("GET http:///healthz HTTP/1.1") + kHost, 400},
      {"Fragment", std::string("GET /healthz#top HTTP/1.1") + kHost, 400},
      {"BareLfBeforeTheRequestLine", std::string("\nGET /healthz HTTP/1.1") + kHost, 400},
      {"BareCrBeforeTheRequestLine", std::string("\rGET /healthz HTTP/1.1") + kHost, 400},
      {"BareLfBehindTheRequestLine", "GET /healthz HTTP/1.1\nHost: localhost\r\n\r\n", 400},
      {"BareCrBehindTheRequestLine", "GET /healthz HTTP/1.1\rHost: localhost\r\n\r\n", 400},
  };
}

std::vector<Rejected> rejected_headers() {
  return {
      {"NoHost", "GET /healthz HTTP/1.1\r\n\r\n", 400},
      {"TwoHosts", with("Host: localhost\r\n"), 400},
      {"HostWithBlank", "GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"HostWithPath", "GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"HostWithUser", "GET /healthz HTTP/1.1\r\nHost: user@a\r\n\r\n", 400},
      {"HostWithBadPort", "GET /healthz HTTP/1.1\r\nHost: a:80x\r\n\r\n", 400},
      {"BothFramings", post_with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"BothFramingsOtherOrder",
       post_with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), 400},
      {"ContentLengthRepeated", post_with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
      {"ContentLengthsThatDiffer", post_with("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400},
      {"ContentLengthList", post_with("Content-Length: 3, 3\r\n", "abc"), 400},
      {"ContentLengthWithSign", post_with("Content-Length: +3\r\n", "abc"), 400},
      {"ContentLengthNegative", post_with("Content-Length: -3\r\n", "abc"), 400},
      {"ContentLengthHexadecimal", post_with("Content-Length: 0x3\r\n", "abc"), 400},
      {"ContentLengthFraction", post_with("Content-Length: 3.0\r\n", "abc"), 400},
      {"ContentLengthEmpty", post_with("Content-Length:\r\n", "abc"), 400},
      {"ContentLengthWithBlank", post_with("Content-Length: 3 3\r\n", "abc"), 400},
      {"ContentLengthFolded", post_with("Content-Length: 1\r\n 1\r\n", "hello world"), 400},
      {"ContentLengthOf64Bits", post_with("Content-Length: 18446744073709551615\r\n", "abc"), 413},
      {"ContentLengthOverflow", post_with("Content-Length: 18446744073709551619\r\n", "abc"), 413},
      {"UnknownCodingThenChunked", post_with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"UnknownCoding", post_with("Transfer-Encoding: gzip\r\n", "abc"), 400},
      {"ChunkedIsNotLast", post_with("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400},
      {"ChunkedTwice", post_with("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400},
      {"ChunkedOnTwoLines",
       post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"NearlyChunked", post_with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
      {"IdentityCoding", post_with("Transfer-Encoding: identity\r\n", "abc"), 400},
      {"EmptyCoding", post_with("Transfer-Encoding:\r\n", "abc"), 400},
      {"ChunkedInQuotes", post_with("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 400},
      {"CodingOnHttp10", "POST /capitalize HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"FoldedLine", with("X-Folded: a\r\n b\r\n"), 400},
      {"LineFoldedByTab", with("X-Folded: a\r\n\tb\r\n"), 400},
      {"FirstLineIndented", "GET /healthz HTTP/1.1\r\n Host: localhost\r\n\r\n", 400},
      {"BareCrInAValue", with("X-Value: a\rb\r\n"), 400},
      {"BareCrBeforeTheEnd", with("X-Value: a\r\r\n"), 400},
      {"BareLfInAValue", with("X-Value: a\nX-Other: b\r\n"), 400},
      {"BareLfAtTheEnd", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\n", 400},
      {"LinesThatEndInLf", "GET /healthz HTTP/1.1\nHost: localhost\n\n", 400},
      {"NulInAValue", with(std::string("X-Value: a\0b\r\n", 14)), 400},
      {"NulInAName", with(std::string("X-N\0me: a\r\n", 11)), 400},
      {"BlankBeforeTheColon", with("X-Name : a\r\n"), 400},
      {"BlankInAName", with("X Name: a\r\n"), 400},
      {"ContentLengthBlankBeforeTheColon", post_with("Content-Length : 3\r\n", "abc"), 400},
      {"NoName", with(": a\r\n"), 400},
      {"NoColon", with("X-Name\r\n"), 400},
      {"NameIsNoToken", with("X(Name): a\r\n"), 400},
      {"UnknownExpectation", post_with("Expect: 200-maybe\r\nContent-Length: 3\r\n", "abc"), 417},
  };
}

std::vector<Rejected> rejected_bodies() {
  return {
      {"ChunkSizeIsNoNumber", chunked("zz\r\nab\r\n0\r\n\r\n"), 400},
      {"ChunkSizeMissing", chunked("\r\nab\r\n0\r\n\r\n"), 400},
      {"ChunkSizeNegative", chunked("-2\r\nab\r\n0\r\n\r\n"), 400},
      {"ChunkSizeWithPrefix", chunked("0x2\r\nab\r\n0\r\n\r\n"), 400},
      {"ChunkSizeIndented", chunked(" 2\r\nab\r\n0\r\n\r\n"), 400},
      {"ChunkSizeOverflow", chunked("10000000000000002\r\nab\r\n0\r\n\r\n"), 400},
      {"ChunkSizeOverflowByMuch", chunked(std::string(40, 'f') + "\r\nab\r\n0\r\n\r\n"), 400},
      {"ChunkLongerThanItsSize", chunked("2\r\nabc\r\n0\r\n\r\n"), 400},
      {"ChunkShorterThanItsSize", chunked("4\r\nab\r\n0\r\n\r\n"), 400},
      {"ChunkEndsInLf", chunked("2\r\nab\n0\r\n\r\n"), 400},
      {"ChunkSizeEndsInLf", chunked("2\nab\r\n0\r\n\r\n"), 400},
      {"ChunkSizeEndsInCr", chunked("2\rab\r\n0\r\n\r\n"), 400},
      {"ChunkExtensionEndsInLf", chunked("2;a\nab\r\n0\r\n\r\n"), 400},
      {"LastChunkEndsInLf", chunked("2\r\nab\r\n0\n\r\n"), 400},
      {"TrailersEndInLf", chunked("2\r\nab\r\n0\r\n\n"), 400},
      {"TrailersEndInLfBehindALine", chunked("2\r\nab\r\n0\r\nX-Name: a\r\n\n"), 400},
      {"TrailerEndsInLf", chunked("0\r\nX-Name: a\n\r\n"), 400},
      {"TrailerWithBareCr", chunked("0\r\nX-Name: a\rb\r\n\r\n"), 400},
      {"TrailerWithNul", chunked(std::string("0\r\nX-Name: a\0b\r\n\r\n", 18)), 400},
      {"TrailerWithoutName", chunked("0\r\n: a\r\n\r\n"), 400},
      {"TrailerFolded", chunked("0\r\nX-Folded: a\r\n b\r\n\r\n"), 400},
      {"TrailerWithoutColon", chunked("0\r\nX-Name\r\n\r\n"), 400},
      {"TrailerBlankBeforeTheColon", chunked("0\r\nX-Name : a\r\n\r\n"), 400},
  };
}

}  // namespace majuscule::test
