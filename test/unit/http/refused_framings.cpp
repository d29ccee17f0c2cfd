// SPDX-License-Identifier: MIT
// Ambiguous framing, which other parsers may read differently, and limits.
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

Refused chunks(std::string name, std::string_view body, std::uint16_t status = 400) {
  return {std::move(name), chunked(body), status};
}

Refused length(std::string name, const std::string& value, std::uint16_t status = 400) {
  return {std::move(name), post("Content-Length:" + value + "\r\n", "abc"), status};
}

Refused coding(std::string name, const std::string& value, std::uint16_t status = 400) {
  return {std::move(name), post("Transfer-Encoding:" + value + "\r\n", "0\r\n\r\n"), status};
}

}  // namespace

std::vector<Refused> refused_framings() {
  const std::string expectation = "Expect: 100-continue\r\n";
  return {
      {"LengthAndCoding", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"CodingAndLength", post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")},
      {"CodingAndLengthOfZero", post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n")},
      {"UnknownCodingAndLength", post("Transfer-Encoding: gzip\r\nContent-Length: 3\r\n", "abc")},
      {"BothOnHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc"},
      {"LengthTwiceTheSame", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")},
      {"LengthTwiceDifferent", post("Content-Length: 3\r\nA: b\r\ncontent-length: 4\r\n", "abcd")},
      length("LengthAsAList", " 3, 3"),
      length("LengthWithPlus", " +3"),
      length("LengthNegative", " -3"),
      length("LengthHexadecimal", " 0x3"),
      length("LengthWithFraction", " 3.0"),
      length("LengthWithExponent", " 3e0"),
      length("LengthInQuotes", " \"3\""),
      length("LengthEmpty", ""),
      length("LengthOfBlanks", " \t"),
      length("LengthWithBlankInside", " 3 3"),
      length("LengthWithMore", " 3;a"),
      length("LengthWithNul", " 3\0"s),
      length("LengthFolded", " 1\r\n 1"),
      length("LengthFoldedByTab", " 1\r\n\t1"),
      length("LengthFoldedAtItsBegin", "\r\n 3"),
      length("LengthFoldedAtItsEnd", " 3\r\n "),
      length("LengthWithBareCr", " 3\r3"),
      length("LengthOf64Bits", " 18446744073709551615", 413),
      length("LengthOverflows", " 18446744073709551616", 413),
      length("LengthOverflowsByMuch", " 99999999999999999999999999999999999999", 413),
      {"LengthWithBlankBeforeTheColon", post("Content-Length : 3\r\n", "abc")},
      coding("CodingUnknown", " gzip"),
      coding("CodingUnknownBeforeChunked", " gzip, chunked", 501),
      coding("CodingNonsenseBeforeChunked", " foo, chunked", 501),
      coding("CodingChunkedIsNotLast", " chunked, gzip"),
      coding("CodingChunkedTwice", " chunked, chunked"),
      coding("CodingNearlyChunked", " xchunked"),
      coding("CodingChunkedWithMore", " chunkedx"),
      coding("CodingChunkedWithParameter", " chunked;q=1"),
      coding("CodingChunkedInQuotes", " \"chunked\""),
      coding("CodingIdentity", " identity"),
      coding("CodingEmpty", ""),
      coding("CodingOfBlanks", " \t "),
      coding("CodingWithVerticalTab", " \vchunked"),
      coding("CodingWithNul", " chunked\0"s),
      coding("CodingFolded", "\r\n chunked"),
      {"CodingSplitOverTwoLines",
       post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"CodingTwice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"CodingTwiceOneEmpty", post("Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"CodingTwiceIdentityLast",
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")},
      {"CodingWithBlankBeforeTheColon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")},
      {"CodingOnHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"CodingOfUpgrade",
       post("Connection: upgrade\r\nUpgrade: a\r\nTransfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"ExpectContinueOfTooLargeABody", post(expectation + "Content-Length: 2000000\r\n", ""), 413},
      {"ExpectContinueOfBothFramings",
       post(expectation + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "")},
      {"ExpectContinueOfUnknownCoding", post(expectation + "Transfer-Encoding: gzip, chunked\r\n", ""), 501},
  };
}

std::vector<Refused> refused_chunks() {
  return {
      chunks("ChunkSizeIsNoNumber", "zz\r\nab\r\n0\r\n\r\n"),
      chunks("ChunkSizeMissing", "\r\nab\r\n0\r\n\r\n"),
      chunks("ChunkSizeNegative", "-2\r\nab\r\n0\r\n\r\n"),
      chunks("ChunkSizeWithPlus", "+2\r\nab\r\n0\r\n\r\n"),
      chunks("ChunkSizeWithPrefix", "0x2\r\nab\r\n0\r\n\r\n"),
      chunks("ChunkSizeIndented", " 2\r\nab\r\n0\r\n\r\n"),
      chunks("ChunkSizeWithBlankBehind", "2 \r\nab\r\n0\r\n\r\n"),
      chunks("ChunkSizeWithNul", "2\0\r\nab\r\n0\r\n\r\n"s),
      chunks("ChunkSizeOverflows", "10000000000000002\r\nab\r\n0\r\n\r\n"),
      chunks("ChunkSizeOverflowsByMuch", std::string(40, 'f') + "\r\nab\r\n0\r\n\r\n"),
      chunks("SecondChunkSizeOverflows", "2\r\nab\r\n10000000000000002\r\nab\r\n0\r\n\r\n"),
      chunks("ChunkLongerThanItsSize", "2\r\nabc\r\n0\r\n\r\n"),
      chunks("ChunkShorterThanItsSize", "4\r\nab\r\n0\r\n\r\n"),
      chunks("ChunkEndsInBareLf", "2\r\nab\n0\r\n\r\n"),
      chunks("ChunkEndsInBareCr", "2\r\nab\r0\r\n\r\n"),
      chunks("ChunkWithoutItsEnd", "2\r\nab0\r\n\r\n"),
      chunks("ChunkSizeEndsInBareLf", "2\nab\r\n0\r\n\r\n"),
      chunks("ChunkSizeEndsInBareCr", "2\rab\r\n0\r\n\r\n"),
      chunks("LastChunkEndsInBareLf", "2\r\nab\r\n0\n\r\n"),
      chunks("BodyEndsInBareLf", "2\r\nab\r\n0\r\n\n"),
      chunks("BodyEndsInBareCr", "2\r\nab\r\n0\r\n\rX"),
      chunks("ExtensionEndsInBareLf", "2;a\nab\r\n0\r\n\r\n"),
      chunks("ExtensionEndsInBareCr", "2;a\rab\r\n0\r\n\r\n"),
      chunks("ExtensionWithBareLf", "2;a\nb\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionWithNul", "2;a\0\r\nab\r\n0\r\n\r\n"s),
      chunks("ExtensionWithoutName", "2;\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionWithoutNameBeforeAnother", "2;;a\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionOfAValueOnly", "2;=a\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionWithoutValue", "2;a=\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionOfTwoWords", "2;a b\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionWithBlankBehind", "2;a=b \r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionWithQuotedName", "2;\"a\"\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionWithMoreBehindTheQuotes", "2;a=\"b\"c\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionQuotesWithoutEnd", "2;a=\"b\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionWithLineEndInQuotes", "2;a=\"b\r\nab\r\n0\r\n\"\r\n\r\n"),
      chunks("ExtensionWithBareLfInQuotes", "2;a=\"\n\"\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionWithBareCrInQuotes", "2;a=\"\r\"\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionWithNulInQuotes", "2;a=\"\0\"\r\nab\r\n0\r\n\r\n"s),
      chunks("ExtensionWithEscapedLineEnd", "2;a=\"\\\r\n\"\r\nab\r\n0\r\n\r\n"),
      chunks("ExtensionWithEscapedNul", "2;a=\"\\\0\"\r\nab\r\n0\r\n\r\n"s),
      chunks("ExtensionEndsInCrCrLf", "2;a\r\r\nab\r\n0\r\n\r\n"),
      chunks("LastExtensionEndsInBareLf", "2\r\nab\r\n0;a\n\r\n"),
      chunks("TrailerEndsInBareLf", "0\r\nA: b\nC: d\r\n\r\n"),
      chunks("TrailerWithBareCr", "0\r\nA: b\rc\r\n\r\n"),
      chunks("TrailerFolded", "0\r\nA: b\r\n c\r\n\r\n"),
      chunks("TrailerIndented", "0\r\n A: b\r\n\r\n"),
      chunks("TrailerWithoutColon", "0\r\nA\r\n\r\n"),
      chunks("TrailerWithoutName", "0\r\n: a\r\n\r\n"),
      chunks("TrailerWithBlankBeforeTheColon", "0\r\nA : b\r\n\r\n"),
      chunks("TrailerWithNul", "0\r\nA: b\0\r\n\r\n"s),
      chunks("TrailersEndInBareLf", "0\r\nA: b\r\n\n"),
      {"HeadWithBadChunk", message("HEAD / HTTP/1.1", "Transfer-Encoding: chunked\r\n", "zz\r\n"), 400,
       /*answer_has_body=*/false},
  };
}

// One byte more than allowed; taken_messages() has messages exactly at the limits.
std::vector<Refused> refused_by_limits() {
  const std::string whole = get("A: " + std::string(40, 'b') + "\r\n");
  const std::string blanks = get("A:" + std::string(40, ' ') + "b\r\n");
  const std::string line = "GET /" + std::string(60, 'a') + " HTTP/1.1\r\n";
  const std::string unknown = "BREW /" + std::string(60, 'a') + " HTTP/1.1\r\n";
  const std::string trailers = "0\r\nA: " + std::string(50, 'b') + "\r\n\r\n";
  const auto limited = [](std::string name, std::string bytes, std::uint16_t status, const Limits& limits) {
    return Refused{std::move(name), std::move(bytes), status, true, limits};
  };
  std::vector<Refused> cases = {
      limited("HeaderAboveItsLimit", whole, 431, with_header_limit(whole.size() - 1)),
      limited("BlanksBeforeAValueAboveTheLimit", blanks, 431, with_header_limit(blanks.size() - 1)),
      limited("FieldsWithoutEnd", message("GET / HTTP/1.1", std::string(100, 'a')), 431,
              with_header_limit(64)),
      limited("RequestLineAtTheLimit", line + "Host", 431, with_header_limit(line.size())),
      limited("RequestLineAboveTheLimit", line, 414, with_header_limit(line.size() - 1)),
      limited("TargetWithoutEnd", "GET /" + std::string(100, 'a'), 414, with_header_limit(64)),
      limited("UnknownMethodAtTheLimit", unknown, 501, with_header_limit(unknown.size())),
      limited("UnknownMethodAboveTheLimit", unknown, 414, with_header_limit(unknown.size() - 1)),
      limited("MethodWithoutEnd", std::string(100, 'A'), 414, with_header_limit(64)),
      limited("BodyAboveItsLimit", post("Content-Length: 9\r\n", ""), 413, with_body_limit(8)),
      limited("ChunkAboveTheBodyLimit", chunked("9\r\nabcdefghi"), 413, with_body_limit(8)),
      limited("ChunksAboveTheBodyLimit", chunked("8\r\nabcdefgh\r\n1\r\ni"), 413, with_body_limit(8)),
      limited("TrailersAboveTheirLimit", chunked("1\r\nx\r\n" + trailers), 431,
              with_header_limit(trailers.size() + 1)),
      limited("ChunkExtensionWithoutEnd", chunked("1;" + std::string(100, 'a')), 431, with_header_limit(80)),
      limited("ChunkSizeOfZerosWithoutEnd", chunked(std::string(100, '0')), 431, with_header_limit(80)),
  };
  cases.push_back({"HeadWithTargetWithoutEnd", "HEAD /" + std::string(100, 'a'), 414,
                   /*answer_has_body=*/false, with_header_limit(64)});
  cases.push_back({"HeadAboveItsLimit", message("HEAD / HTTP/1.1", "A: " + std::string(100, 'a')), 431,
                   /*answer_has_body=*/false, with_header_limit(64)});
  return cases;
}

}  // namespace majuscule::test
