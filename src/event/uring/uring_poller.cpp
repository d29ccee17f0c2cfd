// SPDX-License-Identifier: MIT
#include "event/uring/uring_poller.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <new>

namespace majuscule {

struct UringSession final : Session {
  enum class End : std::uint8_t { kNone, kPeer, kBroken };

  End end = End::kNone;  // after the bytes received so far
  bool receiving = false;
  bool sending = false;
  bool ready = false;    // in the list of ready sessions
  bool removed = false;  // the driver has removed it; the kernel may still use it
  int sent = 0;          // the kernel's result for `outgoing`
  ReceiveBuffers::Chain arrived;
  std::string aside;  // received without interest, before `received`
  std::unique_ptr<std::string> outgoing;
  UringSession* next_ready = nullptr;

  bool has_input() const { return !aside.empty() || !arrived.empty() || end != End::kNone; }
  bool due() const {
    return (interest == Interest::kRead && has_input()) ||
           (interest == Interest::kWrite && outgoing && !sending);
  }
};

UringPoller::UringPoller() : buffers_(ring_) { spares_.reserve(kSpares); }

Session* UringPoller::add(UniqueFd& client) {
  auto session = std::make_unique<UringSession>();
  session->fd = std::move(client);
  ++sessions_;
  return session.release();
}

bool UringPoller::set_interest(Session& session, Interest) {
  make_ready(static_cast<UringSession&>(session));
  return true;
}

void UringPoller::remove(Session& session) {
  auto& removed = static_cast<UringSession&>(session);
  assert(!removed.removed && sessions_ > 0);
  removed.removed = true;
  if (removed.receiving) ring_.cancel(tag(&removed, Operation::kReceive));
  if (removed.sending) ring_.cancel(tag(&removed, Operation::kSend));
  make_ready(removed);
}

Received UringPoller::receive(Session& session, char* buffer, std::size_t size) {
  using End = UringSession::End;
  auto& reading = static_cast<UringSession&>(session);
  if (!reading.has_input()) {
    ring_.catch_up();
    take_completions();
  }
  if (!reading.aside.empty()) {
    const std::size_t count = reading.aside.copy(buffer, size);
    reading.aside.erase(0, count);
    if (reading.aside.empty()) std::string().swap(reading.aside);
    return {IoResult::kDone, {buffer, count}};
  }
  if (!reading.arrived.empty()) {
    return {IoResult::kDone, {buffer, buffers_.take(reading.arrived, buffer, size)}};
  }
  switch (std::exchange(reading.end, End::kNone)) {
    case End::kPeer: return {IoResult::kEnd, {}};
    case End::kBroken: return {IoResult::kGone, {}};
    case End::kNone: break;
  }
  return {IoResult::kLater, {}};
}

IoResult UringPoller::send(Session& session, const Output& output, std::size_t& count) {
  auto& writing = static_cast<UringSession&>(session);
  count = 0;
  if (writing.sending) return IoResult::kLater;
  if (writing.outgoing) {
    keep_spare(std::move(writing.outgoing));
    if (writing.sent < 0) return IoResult::kGone;
    count = static_cast<std::size_t>(writing.sent);
  }
  if (count < output.size()) begin_send(writing, output, count);
  return IoResult::kDone;
}

void UringPoller::begin_send(UringSession& session, const Output& output, std::size_t from) {
  assert(!session.sending && !session.outgoing && !session.removed);
  auto bytes = spares_.empty() ? std::make_unique<std::string>() : std::move(spares_.back());
  if (!spares_.empty()) spares_.pop_back();
  for (std::string_view piece : output.pieces) {
    const std::size_t skipped = std::min(from, piece.size());
    from -= skipped;
    bytes->append(piece.substr(skipped, kLargestSend - bytes->size()));
  }
  session.outgoing = std::move(bytes);
  session.sending = true;
  ring_.start(tag(&session, Operation::kSend), [&](io_uring_sqe* entry) {
    ::io_uring_prep_send(entry, session.fd.get(), session.outgoing->data(), session.outgoing->size(),
                         MSG_NOSIGNAL);
  });
}

void UringPoller::keep_spare(std::unique_ptr<std::string> bytes) {
  if (spares_.size() == kSpares || bytes->capacity() > kLargestSpare) return;
  bytes->clear();
  spares_.push_back(std::move(bytes));
}

void UringPoller::begin_receive(UringSession& session) {
  assert(!session.receiving && !session.removed);
  session.receiving = true;
  ring_.start(tag(&session, Operation::kReceive), [&](io_uring_sqe* entry) {
    ::io_uring_prep_recv_multishot(entry, session.fd.get(), nullptr, 0, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = ReceiveBuffers::kGroup;
  });
}

// The session does not want these bytes now, and the buffers are shared. So they are copied, and the kernel
// stops receiving.
void UringPoller::put_aside(UringSession& session) {
  if (session.receiving) ring_.cancel(tag(&session, Operation::kReceive));
  try {
    const std::size_t before = session.aside.size();
    session.aside.resize(before + buffers_.size(session.arrived));
    buffers_.take(session.arrived, session.aside.data() + before, session.aside.size() - before);
  } catch (const std::bad_alloc&) {
    session.end = UringSession::End::kBroken;
    buffers_.discard(session.arrived);
  }
}

void UringPoller::take_completions() {
  ring_.take_completions([this](const io_uring_cqe& completion) {
    constexpr std::uint64_t kOperationBits = alignof(void*) - 1;
    const std::uint64_t bits = completion.user_data & kOperationBits;
    const auto operation = static_cast<Operation>(bits);
    void* const about = static_cast<char*>(::io_uring_cqe_get_data(&completion)) - bits;
    switch (operation) {
      case Operation::kCancel: break;
      case Operation::kReceive: received(*static_cast<UringSession*>(about), completion); break;
      case Operation::kSend: {
        auto& session = *static_cast<UringSession*>(about);
        assert(session.sending);
        session.sending = false;
        session.sent = completion.res;
        make_ready(session);
        break;
      }
      default: completed(operation, about, completion); break;
    }
  });
}

void UringPoller::received(UringSession& session, const io_uring_cqe& completion) {
  assert(session.receiving);
  if ((completion.flags & IORING_CQE_F_MORE) == 0) session.receiving = false;
  if (completion.res > 0) {
    buffers_.append(session.arrived, completion);
  } else {
    switch (-completion.res) {
      case 0: session.end = UringSession::End::kPeer; break;
      case ENOBUFS:  // no buffer is free: try again when the served clients have given some back
      case ECANCELED:
      case EAGAIN:
      case EINTR: break;
      default: session.end = UringSession::End::kBroken; break;
    }
  }
  make_ready(session);
}

void UringPoller::make_ready(UringSession& session) {
  if (std::exchange(session.ready, true)) return;
  (first_ready_ == nullptr ? first_ready_ : last_ready_->next_ready) = &session;
  last_ready_ = &session;
}

void UringPoller::serve_ready(ReadinessDriver& driver) {
  while (first_ready_ != nullptr) {
    UringSession& session = *first_ready_;  // it stays in the list meanwhile, so it is not freed
    while (session.due() && !session.removed) driver.ready(session);
    first_ready_ = std::exchange(session.next_ready, nullptr);
    session.ready = false;
    if (session.removed) {
      if (!session.receiving && !session.sending) free(session);
    } else if (session.interest == Interest::kRead) {
      if (!session.receiving) begin_receive(session);
    } else if (!session.arrived.empty()) {
      put_aside(session);
    }
  }
}

void UringPoller::free(UringSession& session) {
  assert(session.removed && !session.receiving && !session.sending);
  buffers_.discard(session.arrived);
  delete &session;
  --sessions_;
}

}  // namespace majuscule
