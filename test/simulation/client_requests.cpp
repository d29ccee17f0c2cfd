// SPDX-License-Identifier: MIT
// What a client sends.
#include <algorithm>
#include <charconv>

#include "simulation/client.hpp"

namespace majuscule::simulation {
namespace {

// Independent of the code under test.
std::string capitalized(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string hexadecimal(std::size_t number) {
  char digits[20];
  return {digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr};
}

}  // namespace

void Client::ask() {
  if (socket_->client_ended) return;
  std::string text = "n" + std::to_string(kernel_.pick(1'000'000'000)) + "OK";
  if (kind_ == Kind::kSlowReader || kind_ == Kind::kContinuing || kernel_.chance(200))
    return ask_by_post(std::move(text));
  Asked asked{.begin = end()};
  asked.closes = kind_ == Kind::kClosing && kernel_.chance(300);
  const bool old = asked.closes && kernel_.chance(300);
  put("GET /capitalize?text=" + text + (old ? " HTTP/1.0\r\n" : " HTTP/1.1\r\nHost: s\r\n"));
  if (asked.closes && !old) put("Connection: close\r\n");
  put("\r\n");
  asked.head_end = asked.end = end();
  asked.answer = capitalized(text);
  asks_no_more_ |= asked.closes;
  oracle_.ask(std::move(asked));
}

void Client::ask_by_post(std::string text) {
  const std::size_t most = rules_.options.limits.max_body - text.size();
  if (kind_ == Kind::kSlowReader) text.append(kernel_.pick(kernel_.chance(100) ? most : 10'000), 'X');
  if (kernel_.chance(100))
    text.append(kernel_.pick(std::min<std::size_t>(most - std::min(most, text.size()), 20'000)), 'Y');
  Asked asked{.begin = end(), .answer = capitalized(text)};
  const bool chunked = kernel_.chance(300);
  put("POST /capitalize HTTP/1.1\r\nHost: s\r\n");
  asked.awaits_continue = kind_ == Kind::kContinuing;
  if (asked.awaits_continue) put("Expect: 100-continue\r\n");
  if (chunked) {
    put("Transfer-Encoding: chunked\r\n\r\n");
    asked.head_end = end();
    put(hexadecimal(text.size()) + "\r\n" + text + "\r\n0\r\n\r\n");
  } else {
    put("Content-Length: " + std::to_string(text.size()) + "\r\n\r\n");
    asked.head_end = end();
    put(text);
  }
  asked.end = end();
  if (asked.awaits_continue && kernel_.chance(900)) held_back_ = asked.head_end;
  oracle_.ask(std::move(asked));
}

void Client::ask_raw() {
  const std::string text = "r" + std::string(1 + kernel_.pick(kernel_.chance(100) ? 3000 : 200), 'W');
  put(text);
  oracle_.ask({.answer = capitalized(text)});
}

// Everything after it is garbage, too.
void Client::send_garbage() {
  oracle_.ask({.begin = end()});
  switch (kernel_.pick(3)) {
    case 0: put("nonsense\r\n\r\n"); break;
    case 1: put(std::string(20'000, 'h')); break;
    case 2: put("GET / HTTP/1.1\r\nHost: s\r\nX: " + std::string(20'000, 'x')); break;
    default:
      put("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
      break;
  }
  asks_no_more_ = true;
}

}  // namespace majuscule::simulation
