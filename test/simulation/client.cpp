// SPDX-License-Identifier: MIT
#include "simulation/client.hpp"

#include <algorithm>

namespace majuscule::simulation {
namespace {

using namespace std::chrono_literals;

std::string_view names[] = {"polite",      "pipelining",   "dripping",  "silent",
                            "slow reader", "half-closing", "resetting", "garbage",
                            "closing",     "continuing",   "raw"};

}  // namespace

std::string_view to_string(Kind kind) { return names[static_cast<std::size_t>(kind)]; }

Client::Client(Kernel& kernel, Kind kind, int listener, Rules& rules, Totals& totals)
    : kernel_(kernel),
      kind_(kind),
      rules_(rules),
      oracle_(kernel, rules, totals, kind == Kind::kRaw ? Protocol::kRaw : Protocol::kHttp),
      socket_(kernel.connect(listener, oracle_)) {
  oracle_.watch(*socket_);
  if (kind == Kind::kRaw && !kernel.chance(100)) ask_raw();
}

void Client::send_some() {
  if (socket_->client_ended) return;
  const std::size_t allowed = std::min(to_send_.size(), held_back_ - std::min(held_back_, sent_));
  std::size_t count = std::min(socket_->room_for_client(), allowed);
  const std::size_t most = kind_ == Kind::kDripping ? 12 : count;
  if (count > 1 && (kind_ == Kind::kDripping || kernel_.chance(100))) {
    count = 1 + kernel_.pick(std::min(count, most) - 1);
  }
  if (count == 0) return;
  if (socket_->server_closed) {  // the server's kernel sends a reset
    socket_->server_reset = true;
    return;
  }
  socket_->arrived.append(to_send_, 0, count);
  to_send_.erase(0, count);
  sent_ += count;
}

void Client::read_some(std::size_t most) {
  const std::size_t count = std::min(most, socket_->sent.size());
  if (count > 0) held_back_ = SIZE_MAX;
  socket_->sent.erase(0, count);
}

void Client::act_by_kind() {
  constexpr std::size_t kAll = SIZE_MAX;
  const bool may_ask = has_asked_all() && !asks_no_more_;
  switch (kind_) {
    case Kind::kSilent: return read_some(kAll);
    case Kind::kSlowReader:
      if (may_ask) ask();
      send_some();
      if (kernel_.chance(800)) read_some(kernel_.pick(20'000));
      return;
    case Kind::kPipelining:
      if (to_send_.empty() && !asks_no_more_ && kernel_.chance(500)) {
        for (std::uint64_t i = kernel_.pick(20); i > 0; --i) ask();
      }
      send_some();
      if (kernel_.chance(600)) read_some(kAll);
      return;
    case Kind::kHalfClosing:
      if (!asks_no_more_) {
        for (std::uint64_t i = kernel_.pick(5); i > 0; --i) ask();
        if (kernel_.chance(200)) to_send_.resize(to_send_.size() / 2);
        asks_no_more_ = true;
      }
      send_some();
      if (to_send_.empty()) socket_->client_ended = true;
      return read_some(kAll);
    case Kind::kGarbage:
      if (may_ask) kernel_.chance(600) ? ask() : send_garbage();
      break;
    case Kind::kResetting:
      if (may_ask) ask();
      if (kernel_.chance(150)) {
        socket_->client_reset = gone_ = true;
        return;
      }
      break;
    case Kind::kPolite:
      if (has_asked_all() && kernel_.chance(30)) socket_->client_ended = true;
      if (may_ask && kernel_.chance(980)) ask();
      break;
    case Kind::kRaw: break;
    case Kind::kDripping:
    case Kind::kClosing:
    case Kind::kContinuing:
      if (may_ask) ask();
      break;
  }
  send_some();
  read_some(kAll);
}

Time Client::act() {
  if (gone_) return kNever;
  if (socket_->server_reset) {
    gone_ = true;
    return kNever;
  }
  // It may send before it sees the server's close, since its bytes are on the way.
  act_by_kind();
  if (gone_) return kNever;
  const bool waits_in_vain = !socket_->server_closed && kernel_.now() > socket_->connected_at + 20min;
  if (socket_->server_reset || (socket_->server_closed && socket_->sent.empty()) || waits_in_vain) {
    socket_->client_reset = !socket_->server_closed;
    gone_ = true;
    return kNever;
  }
  if (socket_->server_ended && socket_->sent.empty() && kernel_.chance(700)) socket_->client_ended = true;
  return kernel_.now() + 1ns + kernel_.pick(pause());
}

Duration Client::pause() {
  if (kind_ == Kind::kDripping) return 2s;
  if (socket_->server_ended) return 2s;
  if (!to_send_.empty() || socket_->room_for_client() == 0) return 200ms;
  if (kind_ == Kind::kSilent) return 10s;
  if (kernel_.chance(10)) return 60s;  // idle for a long time
  return oracle_.answered_all() ? 6s : 3s;
}

}  // namespace majuscule::simulation
