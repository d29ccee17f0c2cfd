// SPDX-License-Identifier: MIT
#include "blocking/blocking_driver.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <new>

#include "http/exchange.hpp"
#include "server/clock.hpp"
#include "server/socket_io.hpp"
#include "server/tasks.hpp"

namespace majuscule {

/// One client on one thread.
class BlockingClients::Conversation {
 public:
  Conversation(BlockingClients& clients, Accepted client)
      : clients_(clients),
        server_(clients.server_),
        waits_(clients.waits_),
        fd_(std::move(client.fd)),
        socket_{fd_.get()},
        client_{{}, fd_.get()},
        clock_(server_.stop()),
        now_(clock_.now()),
        context_(server_.context(pool_)),
        connection_(make_connection(client, context_, now_)) {
    clients_.enter(client_);
  }
  ~Conversation() {
    if (server_.stop().requested()) discard_input(fd_.get());
    clients_.leave(client_);
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  void run() {
    while (answer() && !finished()) {
      if (!receive()) break;
    }
  }

 private:
  // Enough for a batch of small requests; small, since every idle thread keeps it on its second page of
  // stack.
  static constexpr std::size_t kReadSize = 1152;
  // For whoever sends more; only until the connection is idle.
  static constexpr std::size_t kLargeReadSize = Connection::kLargestRead;
  static constexpr std::size_t kPooledExchanges = 1;

  /// Answers all whole requests and writes it all out. False when the client is gone.
  bool answer() {
    for (;;) {
      while (Request* request = connection_->next_request(now_)) {
        Outcome outcome = server_.handle(*request, now_);
        if (outcome.task.kind != TaskKind::kNone) {
          if (!send_now()) return false;  // earlier replies do not wait for this one's task
          if (!work(outcome.task)) return false;
          now_ = clock_.now();
        }
        connection_->respond(std::move(outcome.reply), now_);
      }
      if (connection_->pending_output().size() == 0) return true;
      if (!write()) return false;
    }
  }

  /// One send that does not wait, if there is anything to send. False when the client is gone.
  bool send_now() {
    const Output output = connection_->pending_output();
    if (output.size() == 0) return true;
    std::size_t count = 0;
    if (send_some(fd_.get(), output, MSG_DONTWAIT, count) == IoResult::kGone) return false;
    account(count, output);
    return true;
  }

  /// Writes everything. False when the client is gone or did not take it in time.
  bool write() {
    if (!send_now()) return false;
    while (connection_->pending_output().size() > 0) {  // only now is it worth waiting
      if (connection_->deadline() <= now_.time) {
        connection_->expire(now_);
        return false;
      }
      if (now_.draining) clients_.drain_meanwhile();
      const Output output = connection_->pending_output();
      std::size_t count = 0;
      if (waits_.send(socket_, output, now_.time, connection_->deadline(), count) == IoResult::kGone) {
        return false;
      }
      account(count, output);
    }
    return true;
  }

  void account(std::size_t count, const Output& output) {
    if (count < output.size()) now_ = clock_.now();
    connection_->sent(count, now_);
  }

  /// Half-closes if it is time to. True when the conversation is over.
  bool finished() {
    if (connection_->ending() == Ending::kHalfClose) {
      ::shutdown(fd_.get(), SHUT_WR);
      connection_->half_closed(now_);
    }
    return connection_->ending() == Ending::kClose;
  }

  /// Waits in one receive until bytes, the end, or the deadline. False when the client is gone or to be left.
  bool receive() {
    using State = Client::State;
    client_.state = connection_->fresh() ? State::kFresh : connection_->idle() ? State::kIdle : State::kBusy;
    if (now_.draining) clients_.drain_meanwhile();
    // A drain that dismisses the idle after this line finds the state and shuts the socket down; one that did
    // before is seen.
    const bool leaving = clients_.idle_dismissed_ && client_.state == State::kIdle;
    if (connection_->idle()) large_buffer_.reset();
    char* const buffer = large_buffer_ ? large_buffer_.get() : buffer_.data();
    const std::size_t size = large_buffer_ ? kLargeReadSize : kReadSize;
    const auto [result, bytes] =
        leaving ? receive_some(fd_.get(), buffer, size, MSG_DONTWAIT)
                : waits_.receive(socket_, buffer, size, now_.time, connection_->deadline());
    client_.state = State::kBusy;
    now_ = clock_.now();
    switch (result) {
      case IoResult::kDone: connection_->receive(bytes, now_); break;
      case IoResult::kEnd:
        if (is_end_of_drain()) return wait_a_little();
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
    // Every byte may come just in time; the deadline is for the whole.
    if (connection_->deadline() <= now_.time) connection_->expire(now_);
    return true;
  }

  /// Whether the end that recv(2) tells of is that of a drain, which took this client for an idle one just
  /// when a request began. The rest of it can still be received.
  bool is_end_of_drain() const {
    return client_.dismissed && !connection_->idle() && !peer_has_ended(fd_.get());
  }

  /// No call will wait for this client's bytes any more. False when the drain cuts it.
  bool wait_a_little() {
    const bool is_cut = !waits_.sleep(monotonic_now() + std::chrono::milliseconds(5));
    now_ = clock_.now();
    if (connection_->deadline() <= now_.time) connection_->expire(now_);
    return !is_cut;
  }

  /// Does the task where the client is served. False when the drain gave it up.
  bool work(const Task& task) {
    if (task.kind != TaskKind::kSleep) {
      occupy_thread(task);
      return true;
    }
    const Time until = monotonic_now() + task.duration;
    do {
      if (server_.stop().requested()) clients_.drain_meanwhile();
      if (!waits_.sleep(until)) return false;
    } while (monotonic_now() < until);
    return true;
  }

  BlockingClients& clients_;
  Server& server_;
  Waits& waits_;
  UniqueFd fd_;
  Waits::Socket socket_;
  Client client_;
  Clock clock_;
  Instant now_;
  ExchangePool pool_{kPooledExchanges};
  ConnectionContext context_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<char[]> large_buffer_;
  std::array<char, kReadSize> buffer_;
};

BlockingClients::BlockingClients(Server& server, Waits& waits, Drainer drainer)
    : server_(server), waits_(waits), drainer_(drainer) {
  if (drainer == Drainer::kSameThread) server.stop().interrupt_waits();
}

bool BlockingClients::admit() {
  if (server_.take_place().release() == nullptr) return false;
  const MutexLock lock(mutex_);
  ++open_;
  return true;
}

void BlockingClients::dismiss() {
  server_.give_back_place();
  const MutexLock lock(mutex_);
  --open_;
}

bool BlockingClients::take(Accepted& client, const std::function<bool(std::function<void()>)>& start) {
  if (!admit()) return false;
  const int fd = client.fd.get();
  const Protocol protocol = client.protocol;
  std::function<void()> work;
  if (server_.access_log() == nullptr) {  // small enough for no allocation
    work = [this, fd, protocol] { serve({UniqueFd(fd), {}, protocol}); };
  } else {
    work = [this, fd, protocol, peer = client.peer] { serve({UniqueFd(fd), peer, protocol}); };
  }
  const bool started = start(std::move(work));
  if (started) {
    client.fd.release();
  } else {
    dismiss();
  }
  return started;
}

void BlockingClients::serve(Accepted client) {
  server_.ledger().add({.accepted = 1});
  converse(std::move(client));
  server_.ledger().add({.closed = 1});
  server_.give_back_place();
  const MutexLock lock(mutex_);
  if (--open_ == 0 && draining_) emptied_.raise();
}

void BlockingClients::converse(Accepted client) try {
  Conversation(*this, std::move(client)).run();
} catch (const std::bad_alloc&) {
  server_.log().error("out of memory: a client is let go");
}

void BlockingClients::enter(Client& client) {
  const MutexLock lock(mutex_);
  clients_.push_back(client);
  if (late_) dismiss(client, *late_);
}

void BlockingClients::leave(Client& client) {
  const MutexLock lock(mutex_);
  clients_.remove(client);
}

void BlockingClients::make_room() {
  const Time now = monotonic_now();
  begin_drain(now);
  idle_dismissed_ = true;
  shut_down(SHUT_RD, Client::State::kIdle);
  if (now - drain_begin_ >= kFreshGrace) shut_down(SHUT_RD, Client::State::kFresh);
}

void BlockingClients::drain() {
  const Time end = drain_begin_ + server_.drain_timeout();
  announce_emptiness();
  if (wait_until_empty(std::min(monotonic_now() + kFreshGrace, end))) return;
  set_late(SHUT_RD);
  shut_down(SHUT_RD, Client::State::kFresh);
  if (wait_until_empty(end)) return;
  cut();
  wait_until_empty(kNever);
}

// What is due of a drain, between two waits for the only client; nothing where another thread drains.
void BlockingClients::drain_meanwhile() {
  if (drainer_ == Drainer::kAnotherThread) return;
  const Time now = monotonic_now();
  begin_drain(now);
  if (now - drain_begin_ >= Listener::kHandshakeTime) make_room();
  if (now - drain_begin_ >= kFreshGrace) set_late(SHUT_RD);
  if (now - drain_begin_ >= server_.drain_timeout()) cut();
}

void BlockingClients::begin_drain(Time now) {
  if (drain_begin_ != Time{}) return;
  drain_begin_ = now;
  for (Listener& listener : server_.listeners()) listener.turn_newcomers_away();
  server_.announce_drain(connected());
}

void BlockingClients::cut() {
  if (!is_cut_) server_.announce_cut(connected());
  is_cut_ = true;
  set_late(SHUT_RDWR);
  waits_.cut();
  shut_down(SHUT_RDWR, Client::State::kBusy);
}

std::size_t BlockingClients::connected() {
  const MutexLock lock(mutex_);
  return open_;
}

void BlockingClients::announce_emptiness() {
  const MutexLock lock(mutex_);
  draining_ = true;
}

// Whose thread comes to run only now is dismissed at once.
void BlockingClients::set_late(int how) {
  const MutexLock lock(mutex_);
  late_ = how;
}

// Ends the reading of the clients that wait; recv() still gives what has arrived, then the end.
void BlockingClients::shut_down(int how, Client::State until) {
  const MutexLock lock(mutex_);
  clients_.for_each([&](Client& client) {
    if (until == Client::State::kBusy || client.state == until) dismiss(client, how);
  });
}

void BlockingClients::dismiss(Client& client, int how) {
  client.dismissed = true;
  ::shutdown(client.fd, how);
}

bool BlockingClients::wait_until_empty(Time until) {
  while (connected() > 0) {
    if (until <= monotonic_now()) return false;
    pollfd emptied{emptied_.fd(), POLLIN, 0};
    waits_.poll({&emptied, 1}, until);
  }
  return true;
}

}  // namespace majuscule
