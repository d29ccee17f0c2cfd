// SPDX-License-Identifier: MIT
#include "blocking/blocking_client.hpp"

#include <sys/socket.h>

#include <cassert>

#include "base/monotonic.hpp"
#include "base/system_calls.hpp"
#include "server/socket_io.hpp"
#include "server/tasks.hpp"

namespace majuscule {

BlockingClient::BlockingClient(Server& server, BlockingIo& io, ClientRegistry& registry,
                               DrainedClients& clients, Accepted&& client)
    : server_(server),
      io_(io),
      registry_(registry),
      clients_(clients),
      fd_(std::move(client.fd)),
      socket_{fd_.get()},
      entry_(fd_.get()),
      clock_(server_.stop()),
      now_(clock_.now()),
      context_(server_.context(pool_)),
      connection_(make_connection(client, context_, now_)) {
  registry_.enter(entry_);
}

BlockingClient::~BlockingClient() {
  if (server_.stop().requested()) discard_input(fd_.get());
  registry_.leave(entry_);
}

void BlockingClient::run() {
  while (answer() && !finish()) {
    if (!receive()) break;
  }
}

// Answers all complete requests and writes the answers. Returns false when the client is gone.
bool BlockingClient::answer() {
  for (;;) {
    while (Request* request = connection_->next_request(now_)) {
      Outcome outcome = server_.handle(*request, now_);
      if (outcome.task.kind != TaskKind::kNone) {
        if (!send_now()) return false;  // earlier replies must not wait for this task
        if (!work(outcome.task)) return false;
        now_ = clock_.now();
      }
      connection_->respond(std::move(outcome.reply), now_);
    }
    if (connection_->pending_output().size() == 0) return true;
    if (!write()) return false;
  }
}

// Sends once without waiting, if there is output. Returns false when the client is gone.
bool BlockingClient::send_now() {
  const Output output = connection_->pending_output();
  if (output.size() == 0) return true;
  std::size_t count = 0;
  if (send_some(fd_.get(), output, MSG_DONTWAIT, count) == IoResult::kGone) return false;
  if (count < output.size()) now_ = clock_.now();
  connection_->sent(count, now_);
  return true;
}

// Writes all output. Returns false when the client is gone or did not read it in time.
bool BlockingClient::write() {
  if (!send_now()) return false;
  while (connection_->pending_output().size() > 0) {  // blocks only if one send was not enough
    if (connection_->deadline() <= now_.time) {
      connection_->expire(now_);
      return false;
    }
    if (now_.draining) clients_.drain_meanwhile();
    const Output output = connection_->pending_output();
    std::size_t count = 0;
    if (io_.send(socket_, output, now_.time, connection_->deadline(), count) == IoResult::kGone) return false;
    now_ = clock_.now();
    connection_->sent(count, now_);
  }
  return true;
}

// Shuts down writing if the connection asks for it. Returns whether the connection has ended.
bool BlockingClient::finish() {
  assert(connection_->pending_output().size() == 0);
  if (connection_->ending() == Ending::kHalfClose) {
    sys::shutdown(fd_.get(), SHUT_WR);
    connection_->half_closed(now_);
  }
  return connection_->ending() == Ending::kClose;
}

// Waits in one receive for bytes, the end, or the deadline. Returns false when the client is gone or must be
// closed.
bool BlockingClient::receive() {
  assert(connection_->wants_input());
  using State = ClientRegistry::State;
  entry_.state = connection_->fresh() ? State::kFresh : connection_->idle() ? State::kIdle : State::kBusy;
  if (now_.draining) clients_.drain_meanwhile();
  // Either a drain that shuts down idle clients after this line sees the state, or this line sees the drain.
  const bool leaving = registry_.idle_shut_down() && entry_.state == State::kIdle;
  if (connection_->idle()) large_buffer_.reset();
  char* const buffer = large_buffer_ ? large_buffer_.get() : buffer_.data();
  const std::size_t size = large_buffer_ ? kLargeReadSize : kReadSize;
  const auto [result, bytes] = leaving
                                   ? receive_some(fd_.get(), buffer, size, MSG_DONTWAIT)
                                   : io_.receive(socket_, buffer, size, now_.time, connection_->deadline());
  entry_.state = State::kBusy;
  now_ = clock_.now();
  switch (result) {
    case IoResult::kDone: connection_->receive(bytes, now_); break;
    case IoResult::kEnd:
      if (is_end_of_drain()) return wait_briefly();
      connection_->end_of_input(now_);
      break;
    case IoResult::kLater:
      if (leaving) return false;
      break;
    case IoResult::kGone: return false;
  }
  if (bytes.size() == kReadSize && !large_buffer_) {
    large_buffer_ = std::make_unique_for_overwrite<char[]>(kLargeReadSize);
  }
  keep_deadline();
  return true;
}

// Single bytes do not extend the deadline, which is for the whole message.
void BlockingClient::keep_deadline() {
  if (connection_->deadline() <= now_.time) connection_->expire(now_);
}

// Returns whether a drain caused the end that recv(2) reports: it took this client for idle just when a
// request began. The rest of the request can still be received.
bool BlockingClient::is_end_of_drain() const {
  return entry_.shut_down && !connection_->idle() && !peer_has_ended(fd_.get());
}

// Waits a short time where no call waits for the client's bytes any more. Returns false when the drain aborts
// it.
bool BlockingClient::wait_briefly() {
  const bool goes_on = io_.sleep(monotonic_now() + std::chrono::milliseconds(5));
  now_ = clock_.now();
  keep_deadline();
  return goes_on;
}

// Does the task on the serving thread. Returns false when the drain ended it.
bool BlockingClient::work(const Task& task) {
  assert(task.kind != TaskKind::kNone);
  if (task.kind != TaskKind::kSleep) {
    if (now_.draining) clients_.drain_meanwhile();  // the tasks of a pipeline may take long
    occupy_thread(task);
    return true;
  }
  const Time until = monotonic_now() + task.duration;
  do {
    if (server_.stop().requested()) clients_.drain_meanwhile();
    if (!io_.sleep(until)) return false;
  } while (monotonic_now() < until);
  return true;
}

}  // namespace majuscule
