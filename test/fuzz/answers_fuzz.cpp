// SPDX-License-Identifier: MIT
// Any bytes from a server: however they are split, the load client finds the same answers, the same end, and
// the same errors. The first byte of an input selects what is expected.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "measure/answer_parser.hpp"

namespace majuscule::test {
namespace {

Expectation expectation(std::uint8_t kind) {
  Expectation expected;
  expected.raw = (kind & 1) != 0;
  expected.any_body = (kind & 2) != 0;
  if ((kind & 4) != 0) expected.body = "Hello world";
  return expected;
}

/// What a client finds on a connection, one letter for each event.
struct Story {
  std::string events;
  bool operator==(const Story&) const = default;
};

void tell(Story& story, const AnswerParser& parser) {
  const Answer& answer = parser.answer();
  story.events += std::to_string(answer.status);
  story.events += answer.right_status ? 'S' : 's';
  story.events += answer.right_body ? 'B' : 'b';
  story.events += answer.closes ? 'C' : 'c';
  expect(!answer.right_status || answer.status == 0 || (answer.status >= 200 && answer.status < 300),
         "only 2xx is right");
}

/// Feeds the bytes in pieces of this size. A client ends the connection after an answer that closes it.
Story play(std::uint8_t kind, std::string_view bytes, std::size_t piece) {
  Expectation expected = expectation(kind);
  AnswerParser parser(expected);
  Story story;
  while (!bytes.empty()) {
    std::string_view rest = bytes.substr(0, piece);
    bytes.remove_prefix(rest.size());
    while (!rest.empty()) {
      std::size_t taken = 0;
      const auto result = parser.feed(rest, taken);
      expect(taken <= rest.size(), "no more is consumed than there is");
      if (result == AnswerParser::Result::kBroken) return story.events += '!', story;
      if (result == AnswerParser::Result::kMore) break;
      expect(taken > 0, "an answer has bytes");
      rest.remove_prefix(taken);
      tell(story, parser);
      if (parser.answer().closes) return story;
    }
  }
  switch (parser.end()) {
    case AnswerParser::Result::kAnswer: tell(story, parser); break;
    case AnswerParser::Result::kBroken: story.events += '!'; break;
    case AnswerParser::Result::kMore: story.events += parser.within_answer() ? '~' : '.';
  }
  return story;
}

}  // namespace
}  // namespace majuscule::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace majuscule::test;
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const Story whole = play(data[0], bytes, std::max<std::size_t>(1, bytes.size()));
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U}) {
    expect(play(data[0], bytes, piece) == whole, "the answers do not depend on how the bytes are split");
  }
  return 0;
}
