// SPDX-License-Identifier: MIT
// Any bytes, split in any way, sent to an HTTP connection with small limits. The answers are well-formed and
// the same for every split, requests are parsed as by a strict parser, memory stays within its bound, and
// deadlines end the connection. An input is a line with parameters (see Scenario) and what the client sends.
#include <algorithm>
#include <random>

#include "fuzz/fuzz.hpp"
#include "fuzz/http_play.hpp"

namespace majuscule::test {
namespace {

void send_split(HttpPlay& play, std::string_view bytes, unsigned seed) {
  std::minstd_rand random(seed + 1);
  while (!bytes.empty()) {
    const std::size_t longest = std::size_t{1} << random() % 11;
    const auto piece = bytes.substr(0, 1 + random() % longest);
    play.send(piece);
    bytes.remove_prefix(piece.size());
  }
}

void send_bytewise(HttpPlay& play, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) play.send(bytes.substr(i, 1));
}

void expect_same(const HttpPlay& a, const HttpPlay& b) {
  expect(a.output() == b.output(), "the answers do not depend on how the input is split");
  const CounterValues& x = a.counters();
  const CounterValues& y = b.counters();
  expect(x.requests == y.requests && x.responses == y.responses && x.bytes_out == y.bytes_out &&
             x.timed_out == y.timed_out,
         "the counters do not depend on how the input is split");
}

void play_all(const Scenario& scenario, std::string_view stream) {
  Stage stage;
  HttpPlay whole(scenario, stage, stream);
  whole.send(stream);
  whole.finish();
  HttpPlay bytewise(scenario, stage, stream);
  send_bytewise(bytewise, stream);
  bytewise.finish();
  HttpPlay split(scenario, stage, stream);
  send_split(split, stream, scenario.split);
  split.finish();
  if (!scenario.drains) {  // an answer closes if nothing has arrived after its request
    expect_same(whole, bytewise);
    expect_same(whole, split);
  }

  const std::size_t stop = stream.size() * scenario.stop / 256;
  HttpPlay silent(scenario, stage, stream);
  const std::size_t last = std::min<std::size_t>(stop, 1 + scenario.split);
  send_split(silent, stream.substr(0, stop - last), scenario.split);
  silent.fall_silent(stream.substr(stop - last, last));
}

}  // namespace
}  // namespace majuscule::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace majuscule::test;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.size() <= Scenario::kSize) return -1;
  const Scenario scenario = Scenario::take(input);
  play_all(scenario, input);
  return 0;
}
