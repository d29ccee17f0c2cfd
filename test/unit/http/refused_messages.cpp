// SPDX-License-Identifier: MIT
// Request lines and fields that must be refused. A CR, LF, NUL or other control byte is tried in each
// position.
#include "http/message_cases.hpp"

namespace majuscule::test {
namespace {

using namespace std::string_literals;

std::string hex(char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return {kDigits[byte >> 4], kDigits[byte & 15]};
}

/// All control bytes that have no meaning in a line.
std::string control_bytes() {
  std::string bytes;
  for (char c = 0; c < ' '; ++c) {
    if (c != '\t' && c != '\r' && c != '\n') bytes.push_back(c);
  }
  return bytes + '\x7F';
}

}  // namespace

std::vector<Refused> refused_request_lines() {
  std::vector<Refused> cases = {
      {"UnknownMethod", message("BREW /a HTTP/1.1"), 501},
      {"UnknownMethodOnHttp10", message("BREW /a HTTP/1.0"), 501},
      {"UnknownMethodBeginsLikeAKnownOne", message("GETS /a HTTP/1.1"), 501},
      {"BeginningOfAMethod", message("GE /a HTTP/1.1"), 501},
      {"MethodOfOneCharacter", message("~ /a HTTP/1.1"), 501},
      {"MethodInLowerCase", message("get /a HTTP/1.1"), 501},
      {"MethodInMixedCase", message("Get /a HTTP/1.1"), 501},
      {"MethodOfRtsp", message("DESCRIBE /a HTTP/1.1"), 501},
      {"OtherMethodOfRtsp", message("SETUP /a HTTP/1.1"), 501},
      {"UnknownMethodWithoutVersion", "BREW /a\r\n\r\n"},
      {"UnknownMethodWithoutTarget", message("BREW HTTP/1.1")},
      {"UnknownMethodWithTwoBlanks", message("BREW  /a HTTP/1.1")},
      {"UnknownMethodWithBlankAtTheEnd", message("BREW /a HTTP/1.1 ")},
      {"UnknownMethodWithBareLf", "BREW /a HTTP/1.1\nHost: a\r\n\r\n"},
      {"UnknownMethodOfOtherProtocol", message("BREW /a HTCPCP/1.0")},
      {"UnknownMethodWithControlByteInTarget", message("BREW /\x01 HTTP/1.1")},
      {"MethodIsNoToken", message("G@T /a HTTP/1.1")},
      {"MethodWithBytesAboveAscii", message("G\xC3\x89T /a HTTP/1.1")},
      {"TlsClientHello", "\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03"s},
      {"BlankBeforeTheMethod", message(" GET /a HTTP/1.1")},
      {"BareLfBeforeTheMethod", message("\nGET /a HTTP/1.1")},
      {"BareCrBeforeTheMethod", message("\rGET /a HTTP/1.1")},
      {"TwoCrAndLfBeforeTheMethod", message("\r\r\nGET /a HTTP/1.1")},
      {"TabBeforeTheMethod", message("\tGET /a HTTP/1.1")},
      {"TwoBlanksBeforeTheTarget", message("GET  /a HTTP/1.1")},
      {"TwoBlanksBehindTheTarget", message("GET /a  HTTP/1.1")},
      {"BlankBehindTheVersion", message("GET /a HTTP/1.1 ")},
      {"TabBehindTheMethod", message("GET\t/a HTTP/1.1")},
      {"TabBehindTheTarget", message("GET /a\tHTTP/1.1")},
      {"TabBehindTheVersion", message("GET /a HTTP/1.1\t")},
      {"BlankInTheTarget", message("GET /a b HTTP/1.1")},
      {"BytesAboveAsciiInTheTarget", message("GET /\xC3\xA9 HTTP/1.1")},
      {"NoTarget", message("GET HTTP/1.1")},
      {"NoTargetAtAll", "GET\r\n\r\n"},
      {"RelativeTarget", message("GET a HTTP/1.1")},
      {"AsteriskOfGet", message("GET * HTTP/1.1")},
      {"AsteriskWithMore", message("OPTIONS *a HTTP/1.1")},
      {"AuthorityOfGet", message("GET a:80 HTTP/1.1")},
      {"AbsoluteTargetWithoutHost", message("GET http:///path HTTP/1.1")},
      {"AbsoluteTargetWithPortOnly", message("GET http://:80/ HTTP/1.1")},
      {"AbsoluteTargetWithoutAuthority", message("GET http:/a HTTP/1.1")},
      {"AbsoluteTargetOfOtherScheme", message("GET ftp://a/ HTTP/1.1")},
      {"Fragment", message("GET /a#b HTTP/1.1")},
      {"FragmentBehindTheQuery", message("GET /a?b#c HTTP/1.1")},
      {"FragmentOfAnAbsoluteTarget", message("GET http://b/c#d HTTP/1.1")},
      {"Http09", "GET /a\r\n\r\n"},
      {"Http09ByName", message("GET /a HTTP/0.9"), 505},
      {"Http12", message("GET /a HTTP/1.2"), 505},
      {"Http20", message("GET /a HTTP/2.0"), 505},
      {"Http30", message("GET /a HTTP/3.0"), 505},
      {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"VersionOfTwoDigits", message("GET /a HTTP/1.10")},
      {"VersionWithZero", message("GET /a HTTP/01.1")},
      {"VersionWithoutMinor", message("GET /a HTTP/1")},
      {"VersionWithoutNumber", message("GET /a HTTP/")},
      {"VersionWithComma", message("GET /a HTTP/1,1")},
      {"VersionInLowerCase", message("GET /a http/1.1")},
      {"OtherProtocol", message("GET /a HTPT/1.1")},
      {"GetOverRtsp", message("GET /a RTSP/1.0")},
      {"OptionsOverRtsp", message("OPTIONS /a RTSP/1.0")},
      {"DescribeOverRtsp", message("DESCRIBE rtsp://a/b RTSP/1.0")},
      {"SourceOverIce", message("SOURCE /a ICE/1.0")},
      {"GetOverIce", message("GET /a ICE/1.0")},
      {"BareLfBehindTheRequestLine", "GET /a HTTP/1.1\nHost: a\r\n\r\n"},
      {"BareLfBehindTheMethod", "GET\n/a HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"BareLfBehindTheTarget", "GET /a\nHTTP/1.1\r\nHost: a\r\n\r\n"},
      {"BareCrBehindTheRequestLine", "GET /a HTTP/1.1\rHost: a\r\n\r\n"},
      {"BareCrInTheTarget", message("GET /a\rb HTTP/1.1")},
      {"BareCrBehindTheMethod", message("GET\r/a HTTP/1.1")},
      {"TwoCrBehindTheRequestLine", message("GET /a HTTP/1.1\r")},
      {"HeadWithControlByteInTheTarget", message("HEAD /a\x01 HTTP/1.1"), 400, /*answer_has_body=*/false},
      {"HeadWithoutVersion", "HEAD /a\r\n\r\n", 400, /*answer_has_body=*/false},
      {"HeadOverOtherProtocol", message("HEAD /a HTPT/1.1"), 400, /*answer_has_body=*/false},
      {"HeadOfHttp2", message("HEAD /a HTTP/2.0"), 505, /*answer_has_body=*/false},
  };
  for (const char c : control_bytes()) {
    cases.push_back({"Byte" + hex(c) + "InTheMethod", message("G"s + c + "T /a HTTP/1.1")});
    cases.push_back({"Byte" + hex(c) + "InTheTarget", message("GET /a"s + c + "b HTTP/1.1")});
  }
  return cases;
}

std::vector<Refused> refused_fields() {
  std::vector<Refused> cases = {
      {"HostIsMissing", "GET / HTTP/1.1\r\n\r\n"},
      {"HostIsMissingAmongOthers", "GET / HTTP/1.1\r\nA: b\r\n\r\n"},
      {"HostRepeated", get("Host: a\r\n")},
      {"HostRepeatedOnHttp10", message("GET / HTTP/1.0", "host: a\r\n")},
      {"HostWithBlank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
      {"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {"HostWithUser", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
      {"HostWithPortThatIsNoNumber", "GET / HTTP/1.1\r\nHost: a:80x\r\n\r\n"},
      {"HostWithBytesAboveAscii", "GET / HTTP/1.1\r\nHost: \xC3\xA9\r\n\r\n"},
      {"FoldedByBlank", get("A: b\r\n c\r\n")},
      {"FoldedByTab", get("A: b\r\n\tc\r\n")},
      {"FoldedToNothing", get("A: b\r\n \r\n")},
      {"FoldedFromNothing", get("A:\r\n b\r\n")},
      {"FirstLineIndented", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
      {"LastLineIndented", "GET / HTTP/1.1\r\nHost: a\r\n \r\n"},
      {"BlankBeforeTheColon", get("A : b\r\n")},
      {"TabBeforeTheColon", get("A\t: b\r\n")},
      {"BlankInAName", get("A B: c\r\n")},
      {"NoName", get(": a\r\n")},
      {"NoNameFirst", "GET / HTTP/1.1\r\n: a\r\nHost: a\r\n\r\n"},
      {"NoColon", get("A\r\n")},
      {"NameIsNoToken", get("A(B): c\r\n")},
      {"NameWithBytesAboveAscii", get("\xC3\xA9: a\r\n")},
      {"BareLfBehindAField", get("A: b\nC: d\r\n")},
      {"BareLfBehindAnEmptyField", get("A:\nC: d\r\n")},
      {"BareLfInAName", get("A\nB: c\r\n")},
      {"BareLfAtTheEnd", "GET / HTTP/1.1\r\nHost: a\r\n\n"},
      {"BareLfTwiceAtTheEnd", "GET / HTTP/1.1\r\nHost: a\n\n"},
      {"BareCrInAValue", get("A: b\rc\r\n")},
      {"BareCrBeforeAValue", get("A:\rb\r\n")},
      {"BareCrInAName", get("A\rB: c\r\n")},
      {"BareCrBetweenFields", get("A: b\rC: d\r\n")},
      {"TwoCrBehindAField", get("A: b\r\r\n")},
      {"BareCrAtTheEnd", "GET / HTTP/1.1\r\nHost: a\r\n\rX"},
      {"ExpectationIsUnknown", get("Expect: 200-maybe\r\n"), 417},
      {"ExpectationIsEmpty", get("Expect:\r\n"), 417},
      {"ExpectationWithMore", get("Expect: 100-continue, a\r\n"), 417},
      {"ExpectationIsUnknownWithABody", post("Expect: a\r\nContent-Length: 1\r\n", "b"), 417},
      {"HeadWithoutHost", "HEAD / HTTP/1.1\r\n\r\n", 400, /*answer_has_body=*/false},
      {"HeadWithBadField", message("HEAD / HTTP/1.1", "A : b\r\n"), 400, /*answer_has_body=*/false},
      {"HeadWithUnknownExpectation", message("HEAD / HTTP/1.1", "Expect: a\r\n"), 417,
       /*answer_has_body=*/false},
      {"ExpectContinueWithoutHost", "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"},
  };
  for (const char c : control_bytes()) {
    cases.push_back({"Byte" + hex(c) + "InAName", get("A"s + c + "B: c\r\n")});
    cases.push_back({"Byte" + hex(c) + "InAValue", get("A: b"s + c + "c\r\n")});
  }
  return cases;
}

}  // namespace majuscule::test
