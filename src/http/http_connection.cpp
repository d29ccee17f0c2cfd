// SPDX-License-Identifier: MIT
#include "http/http_connection.hpp"

#include <algorithm>
#include <cassert>

#include "http/log_line.hpp"

namespace majuscule {
namespace {

/// Skips the empty lines before a request line, which are not part of it (RFC 9112, 2.2). `cr` carries a CR
/// that ends one piece of input over to the next.
std::string_view skip_empty_lines(std::string_view bytes, bool& cr) {
  while (!bytes.empty() && bytes.front() == (cr ? '\n' : '\r')) {
    bytes.remove_prefix(1);
    cr = !cr;
  }
  return bytes;
}

bool is_empty_lines(std::string_view bytes) {
  bool cr = false;
  return skip_empty_lines(bytes, cr).empty();
}

}  // namespace

HttpConnection::HttpConnection(ConnectionContext& context, const Instant& now, std::string peer)
    : Connection(context, std::move(peer)) {
  deadline_ = now.time + std::min(context.limits.header_timeout, context.limits.idle_timeout);
}

HttpConnection::~HttpConnection() {
  if (request_context_) release_context();
}

void HttpConnection::receive(std::string_view bytes, const Instant& now) {
  assert(wants_input() && bytes.size() <= kLargestRead);
  if (phase_ == Phase::kLingering) {
    deadline_ = lingering_.extend(now);
    return;
  }
  if (phase_ == Phase::kIdle) {
    bytes = skip_empty_lines(bytes, cr_);
    if (bytes.empty()) return;
  }
  const std::size_t taken = parse(bytes, now);
  request_context_->bytes_in += bytes.size();
  if (taken < bytes.size() && phase_ == Phase::kReady) {
    assert(request_context_->held_bytes().empty());
    request_context_->held.assign(bytes.substr(taken));
    request_context_->held_begin = 0;
  }
}

// Parses until a request is whole or refused, or the bytes are used up.
std::size_t HttpConnection::parse(std::string_view bytes, const Instant& now) {
  if (phase_ == Phase::kIdle) {
    if (!request_context_) request_context_ = context_.pool.take();
    request_context_->parser.begin(context_.limits);
    if (std::exchange(cr_, false)) request_context_->parser.feed("\r");  // a CR without LF: refused
    phase_ = Phase::kReading;
    fresh_ = false;
    deadline_ = now.time + context_.limits.header_timeout;
  }
  assert(phase_ == Phase::kReading);
  RequestParser& parser = request_context_->parser;
  const bool was_in_body = parser.state() == RequestParser::State::kBody;
  const std::size_t taken = parser.feed(bytes);
  if (parser.take_expectation()) request_context_->output.append(kContinue);
  switch (parser.state()) {
    case RequestParser::State::kBody:
      if (!was_in_body) deadline_ = now.time + context_.limits.body_timeout;
      break;
    case RequestParser::State::kComplete:
      phase_ = Phase::kReady;
      deadline_ = kNever;
      break;
    case RequestParser::State::kRefused: refuse(parser.refusal(), now); break;
    case RequestParser::State::kHead:
    case RequestParser::State::kUnknownMethod: break;
  }
  assert(taken == bytes.size() || phase_ == Phase::kReady || phase_ == Phase::kClosing);
  return taken;
}

void HttpConnection::end_of_input(const Instant& now) {
  assert(!peer_ended_);
  peer_ended_ = true;
  switch (phase_) {
    case Phase::kIdle:
      if (!output_pending()) become_closed();
      break;
    case Phase::kReading: refuse({400, "the request ended early"}, now); break;
    case Phase::kLingering: become_closed(); break;
    default: break;  // the last answer is pending
  }
}

Request* HttpConnection::next_request(const Instant& now) {
  if (phase_ == Phase::kHandling) return &request_context_->request;
  if (stuck_) return nullptr;
  while (phase_ == Phase::kIdle && request_context_ && !request_context_->held_bytes().empty()) {
    if (request_context_->output.size() - request_context_->output_begin >= kOutputLimit ||
        !request_context_->body.empty()) {
      return nullptr;
    }
    const auto held = skip_empty_lines(request_context_->held_bytes(), cr_);
    request_context_->held_begin = request_context_->held.size() - held.size();
    if (held.empty()) break;
    request_context_->held_begin += parse(held, now);
    if (phase_ == Phase::kReading && peer_ended_) refuse({400, "the request ended early"}, now);
  }
  if (phase_ == Phase::kIdle && !output_pending()) {
    if (peer_ended_) become_closed();
    if (request_context_) release_context();
  }
  if (phase_ != Phase::kReady) return nullptr;
  phase_ = Phase::kHandling;
  return &request_context_->request;
}

void HttpConnection::respond(Reply&& reply, const Instant& now) {
  assert(phase_ == Phase::kHandling);
  const Request& request = request_context_->request;
  const bool last = (peer_ended_ || now.draining) && is_empty_lines(request_context_->held_bytes());
  const bool close = reply.close || !request.keep_alive || last || request.method == Method::kConnect;
  const auto persistence = close                        ? Persistence::kClose
                           : request.minor_version == 0 ? Persistence::kKeepAlive
                                                        : Persistence::kDefault;
  const bool with_body = request.method != Method::kHead && may_have_body(reply.status);
  append_answer(reply, persistence, with_body, now);
  if (close) {
    // The client may still be sending: it keeps the connection, or asked for a tunnel.
    const bool goes_on =
        (reply.close && request.keep_alive && !now.draining) || request.method == Method::kConnect;
    linger_ = !peer_ended_ && (goes_on || !request_context_->held_bytes().empty());
    phase_ = Phase::kClosing;
  } else {
    become_idle(now);
  }
  // Output was stuck before the task. The server did not try to write during it, so the timeout begins now.
  if (stuck_) deadline_ = now.time + context_.limits.write_timeout;
}

// Answers a request that could not be parsed. It is the last answer on this connection.
void HttpConnection::refuse(Refusal refusal, const Instant& now) {
  assert(phase_ == Phase::kReading);
  Reply reply = error_reply(refusal.status, refusal.reason);
  append_answer(reply, Persistence::kClose, request_context_->request.method != Method::kHead, now);
  phase_ = Phase::kClosing;
  linger_ = !peer_ended_;
  deadline_ = kNever;
}

void HttpConnection::append_answer(Reply& reply, Persistence persistence, bool with_body,
                                   const Instant& now) {
  assert(request_context_->body.empty());
  std::string& out = request_context_->output;
  const std::size_t before = out.size();
  append_head(out, reply, now.date, persistence);
  const std::size_t body_size = with_body ? reply.body.size() : 0;
  context_.counters.add({.requests = reply.counts ? 1U : 0U,
                         .status = reply.status,
                         .bytes_in = std::exchange(request_context_->bytes_in, 0),
                         .bytes_out = out.size() - before + body_size});
  if (context_.access_log) log(reply, body_size, now);
  if (body_size > kSmallBody) {
    request_context_->body = std::move(reply.body);
    request_context_->body_begin = 0;
  } else {
    out.append(reply.body, 0, body_size);
    const bool larger = reply.body.capacity() > request_context_->request.body.capacity();
    if (larger) request_context_->request.body.swap(reply.body);  // the next request reuses the memory
  }
}

void HttpConnection::log(const Reply& reply, std::size_t body_size, const Instant& now) const {
  const Request& request = request_context_->request;
  std::string request_line;
  if (!request.method_name.empty()) {
    request_line.append(request.method_name).append(" ").append(request.target);
    request_line.append(request.minor_version == 0 ? " HTTP/1.0" : " HTTP/1.1");
  }
  context_.access_log->write(log_line({.peer = peer(),
                                       .unix_seconds = now.unix_seconds,
                                       .request_line = request_line,
                                       .status = reply.status,
                                       .body_size = body_size,
                                       .referer = request.headers.find("referer"),
                                       .user_agent = request.headers.find("user-agent")}));
}

Output HttpConnection::pending_output() const {
  if (!request_context_) return {};
  return {{std::string_view(request_context_->output).substr(request_context_->output_begin),
           std::string_view(request_context_->body).substr(request_context_->body_begin)}};
}

void HttpConnection::sent(std::size_t count, const Instant& now) {
  assert(count <= pending_output().size());
  if (!request_context_) return;
  RequestContext& e = *request_context_;
  const std::size_t of_output = std::min(count, e.output.size() - e.output_begin);
  e.output_begin += of_output;
  e.body_begin += count - of_output;
  if (!e.output_empty()) {
    if (!stuck_) deadline_ = now.time + context_.limits.write_timeout;
    stuck_ = true;
    return;
  }
  e.output.clear();
  e.output_begin = 0;
  if (!e.body.empty()) {
    e.body.clear();
    e.body_begin = 0;
    if (phase_ == Phase::kIdle) e.request.body.swap(e.body);
  }
  const bool was_stuck = std::exchange(stuck_, false);
  switch (phase_) {
    case Phase::kIdle:
      if (!e.held_bytes().empty()) break;  // next_request() parses on
      if (peer_ended_) return become_closed();
      if (was_stuck) deadline_ = now.time + context_.limits.idle_timeout;
      release_context();
      break;
    case Phase::kReading:
      if (was_stuck) {
        const bool in_body = e.parser.state() == RequestParser::State::kBody;
        deadline_ = now.time + (in_body ? context_.limits.body_timeout : context_.limits.header_timeout);
      }
      break;
    case Phase::kClosing:
      deadline_ = kNever;
      if (!linger_) become_closed();
      break;
    default:
      if (was_stuck) deadline_ = kNever;
      break;
  }
}

bool HttpConnection::wants_input() const {
  if (peer_ended_) return false;
  if (phase_ == Phase::kLingering) return true;
  const bool reads = phase_ == Phase::kReading || (phase_ == Phase::kIdle && !output_pending());
  return reads && !stuck_;
}

Ending HttpConnection::ending() const {
  if (phase_ == Phase::kClosed) return Ending::kClose;
  return phase_ == Phase::kClosing && linger_ && !output_pending() ? Ending::kHalfClose : Ending::kNone;
}

void HttpConnection::half_closed(const Instant& now) {
  assert(ending() == Ending::kHalfClose);
  phase_ = Phase::kLingering;
  deadline_ = lingering_.begin(now);
  release_context();
}

void HttpConnection::expire(const Instant& now) {
  assert(deadline_ <= now.time);
  if (phase_ != Phase::kLingering && !std::exchange(timed_out_, true))
    context_.counters.add({.timed_out = 1});
  if (phase_ == Phase::kReading && !stuck_) {
    const bool in_body = request_context_->parser.state() == RequestParser::State::kBody;
    refuse({408, in_body ? "the body took too long" : "the header section took too long"}, now);
  } else {
    become_closed();
  }
}

void HttpConnection::become_idle(const Instant& now) {
  assert(phase_ == Phase::kHandling);
  phase_ = Phase::kIdle;
  deadline_ = now.time + context_.limits.idle_timeout;
}

void HttpConnection::become_closed() {
  phase_ = Phase::kClosed;
  deadline_ = kNever;
  if (request_context_) release_context();
}

void HttpConnection::release_context() {
  if (request_context_->bytes_in > 0) context_.counters.add({.bytes_in = request_context_->bytes_in});
  context_.pool.give_back(std::move(request_context_));
}

}  // namespace majuscule
