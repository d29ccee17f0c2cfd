// SPDX-License-Identifier: MIT
#include "fuzz/strict_answers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "fuzz/fuzz.hpp"
#include "support/fakes.hpp"

namespace majuscule::test {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
/// The statuses that a connection sends without the service.
constexpr std::array<int, 9> kRefusals = {400, 408, 413, 414, 417, 431, 501, 503, 505};

bool take(std::string_view& bytes, std::string_view text) {
  if (!bytes.starts_with(text)) return false;
  bytes.remove_prefix(text.size());
  return true;
}

std::string_view take_line(std::string_view& bytes) {
  const std::size_t end = bytes.find("\r\n");
  expect(end != std::string_view::npos, "every line of a head is complete");
  const auto line = bytes.substr(0, end);
  bytes.remove_prefix(end + 2);
  expect(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < 0x7f; }),
         "a head is printable ASCII");
  return line;
}

std::size_t number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  expect(!text.empty() && error == std::errc() && end == text.data() + text.size(), "a number is valid");
  return number;
}

struct Head {
  std::size_t status = 0;
  std::size_t length = 0;
  std::string_view content_type;
  bool says_close = false;
  std::string fields;  // all others
};

Head take_head(std::string_view& bytes) {
  Head head;
  std::string_view line = take_line(bytes);
  expect(take(line, "HTTP/1.1 ") && line.size() > 4 && line[3] == ' ', "a status line is well-formed");
  head.status = number(line.substr(0, 3));
  int dates = 0;
  int lengths = 0;
  for (line = take_line(bytes); !line.empty(); line = take_line(bytes)) {
    const std::string_view whole = line;
    if (take(line, "Date: ")) {
      expect(++dates == 1 && line == kDate, "there is one Date");
    } else if (take(line, "Content-Length: ")) {
      expect(++lengths == 1, "there is one Content-Length");
      head.length = number(line);
    } else if (take(line, "Content-Type: ")) {
      expect(head.content_type.empty() && !line.empty(), "there is one Content-Type");
      head.content_type = line;
    } else if (take(line, "Connection: ")) {
      expect(line == "close" || line == "keep-alive", "Connection says close or keep-alive");
      head.says_close = line == "close";
    } else {
      head.fields.append(whole).append("\r\n");
    }
  }
  expect(dates == 1, "there is a Date");
  expect(lengths == (head.status == 204 ? 0 : 1), "there is a Content-Length, except in a 204");
  return head;
}

void check_answer(std::string_view& output, const Owed& owed) {
  const Head head = take_head(output);
  const Reply& reply = owed.reply;
  expect(head.status == reply.status, "the service's status is sent");
  expect(head.fields == reply.fields, "the service's fields are sent, and no others");
  expect(head.length == reply.body.size(), "Content-Length is that of the body");
  expect(head.content_type == (reply.body.empty() ? "" : reply.content_type), "a body has its Content-Type");
  expect(owed.to_head || take(output, reply.body), "the service's body is sent");
}

void check_refusal(std::string_view& output, bool refused_head) {
  const Head head = take_head(output);
  const bool known = std::find(kRefusals.begin(), kRefusals.end(), head.status) != kRefusals.end();
  expect(known && head.fields.empty() && head.says_close, "a refusal has its status, and closes");
  expect(head.length > 0 && head.content_type == kPlainText, "a refusal has its reason");
  if (refused_head && output.empty()) return;
  expect(output.size() == head.length && output.starts_with(std::to_string(head.status) + " "),
         "a refusal is the last answer, and whole");
  output = {};
}

}  // namespace

Written check_output(std::string_view output, const std::vector<Owed>& owed, bool refused_head) {
  Written written;
  for (const Owed& answer : owed) {
    const bool continues = take(output, kContinue);
    expect(continues == answer.wants_continue, "exactly the clients that wait for 100 Continue get it");
    written.continues += continues ? 1 : 0;
    expect(!written.says_close, "nothing follows Connection: close");
    const std::string_view before = output;
    check_answer(output, answer);
    ++written.answers;
    written.says_close =
        before.substr(0, before.find("\r\n\r\n")).find("\r\nConnection: close") != std::string_view::npos;
  }
  if (take(output, kContinue)) ++written.continues;  // of an incomplete request
  if (output.empty()) return written;
  expect(!written.says_close, "nothing follows Connection: close");
  check_refusal(output, refused_head);
  ++written.answers;
  written.refused = written.says_close = true;
  return written;
}

}  // namespace majuscule::test
