// SPDX-License-Identifier: MIT
// Any first read, sent to a raw connection: its first 1,024 bytes come back capitalized, once, and the
// connection ends. An input is three bytes of parameters, an ignored byte, and what the client sends.
#include <algorithm>
#include <string_view>

#include "app/capitalize_service.hpp"
#include "fuzz/fuzz.hpp"
#include "support/conversation.hpp"

namespace majuscule::test {
namespace {

struct Scene {
  std::size_t first_read;
  bool ends_early;     // the client shuts down writing before the answer
  bool ends;           // ... or after its last byte; otherwise it stops sending
  bool reads_nothing;  // it does not read the answer
  std::size_t write;   // how much the first write takes
};

std::string capitalized(std::string_view text) {
  std::string result(text);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const char c = result[i];
    if (i == 0 && c >= 'a' && c <= 'z') result[i] = static_cast<char>(c - 'a' + 'A');
    if (i > 0 && c >= 'A' && c <= 'Z') result[i] = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

void expire(Conversation& conversation) {
  conversation.pass(conversation.patience());
  conversation.expire();
}

void end(Conversation& conversation, bool politely) {
  if (conversation.closed()) return;
  expect(conversation.connection().wants_input(), "a wait for the client takes input");
  expect(conversation.connection().deadline() != kNever, "a wait for the client has a deadline");
  politely ? conversation.end_of_input() : expire(conversation);
  expect(conversation.closed(), "the end of either side ends the connection");
}

void take_answer(Conversation& conversation, const Scene& scene, std::string_view answer) {
  if (scene.reads_nothing) {
    conversation.write(0);
    expect(conversation.connection().deadline() != kNever, "a client that does not read has a deadline");
    expire(conversation);
    expect(conversation.closed() && conversation.output().empty(), "it is closed");
    return;
  }
  for (std::size_t most = scene.write; !conversation.pending().empty(); most *= 2) {
    expect(!conversation.connection().wants_input(), "no input is wanted after the message");
    conversation.write(most);
  }
  expect(conversation.output() == answer, "the answer is the message, capitalized");
}

void play(const Scene& scene, std::string_view bytes) {
  World world;
  CapitalizeService service({}, {.mode = "epoll",
                                 .guard = "none",
                                 .libuv_version = "",
                                 .pid = 1,
                                 .started = kStart,
                                 .counters = world.counters,
                                 .resources = [] { return Resources(); }});
  auto conversation = Conversation::of<RawConnection>(
      world, [&](Request& request) { return service.handle(request, instant()).reply; });
  const std::string_view read = bytes.substr(0, scene.first_read);
  if (!read.empty()) conversation.receive(read);
  if (scene.ends_early) conversation.end_of_input();
  const std::string answer = capitalized(read.substr(0, RawConnection::kLargestMessage));
  expect(conversation.answer_one() == !read.empty(), "a message is answered, an empty one is not");
  expect(!conversation.answer_one(), "there is one answer");
  take_answer(conversation, scene, answer);
  const bool lingers = conversation.connection().ending() == Ending::kHalfClose;
  const bool has_more = read.size() >= RawConnection::kLargestMessage && !scene.ends_early;
  expect(lingers == (has_more && !scene.reads_nothing), "it lingers for a client that may send more");
  if (lingers) {
    conversation.half_close();
    const std::size_t before = conversation.output().size();
    conversation.play(bytes.substr(read.size()));
    expect(conversation.output().size() == before, "input after a message is ignored");
  }
  end(conversation, scene.ends);
  const CounterValues& counted = world.counters.counters;
  expect(counted.requests == (read.empty() ? 0 : 1) && counted.bytes_in == read.size() &&
             counted.bytes_out == answer.size(),
         "the counters say what happened");
}

}  // namespace
}  // namespace majuscule::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace majuscule::test;
  constexpr std::size_t kSize = 4;
  if (size < kSize) return -1;
  const Scene scene{.first_read = data[0] * std::size_t{8},
                    .ends_early = (data[1] & 1) != 0,
                    .ends = (data[1] & 2) != 0,
                    .reads_nothing = (data[1] & 4) != 0 && size > kSize && data[0] > 0,
                    .write = 1 + std::size_t{data[2]}};
  play(scene, {reinterpret_cast<const char*>(data) + kSize, size - kSize});
  return 0;
}
