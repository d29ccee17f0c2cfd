// SPDX-License-Identifier: MIT
#include "event/uv/uv_poller.hpp"

#include <memory>

namespace majuscule {
namespace {

/// Registered when it first has to wait: a client that is answered after its first read and closed is never
/// registered.
struct UvSession final : Session {
  bool registered() const { return poll.data != nullptr; }

  uv_poll_t poll{};  // once registered, only uv_close()'s callback may free it
};

}  // namespace

UvPoller::UvPoller(Server& server, std::span<Listener> listeners, Serving& serving)
    : server_(server), driver_(server, *this, listeners, serving) {
  timer_ = make_uv_handle<uv_timer_t>("uv_timer_init",
                                      [&](uv_timer_t* h) { return uv_timer_init(loop_.get(), h); });
  loop_.get()->data = this;
  for (Listener& listener : listeners) {
    listener_polls_.push_back(watch(listener.fd()));
    listener_polls_.back()->data = &listener;
    check_uv(uv_poll_start(listener_polls_.back().get(), UV_READABLE, on_client), "uv_poll_start");
  }
  stop_ = watch(server.stop().fd());
  check_uv(uv_poll_start(stop_.get(), UV_READABLE, on_stop), "uv_poll_start");
}

void UvPoller::run() {
  if (!listener_polls_.empty()) server_.announce_ready();
  uv_run(loop_.get(), UV_RUN_DEFAULT);
}

Session* UvPoller::add(UniqueFd& client) {
  auto session = std::make_unique<UvSession>();
  session->fd = std::move(client);
  return session.release();
}

bool UvPoller::set_interest(Session& session, Interest interest) {
  auto& watched = static_cast<UvSession&>(session);
  uv_poll_t* const poll = &watched.poll;
  if (!watched.registered()) {
    if (uv_poll_init(loop_.get(), poll, session.fd.get()) != 0) return false;
    poll->data = &watched;
  }
  switch (interest) {
    case Interest::kNone: return uv_poll_stop(poll) == 0;
    case Interest::kRead: return uv_poll_start(poll, UV_READABLE, on_ready) == 0;
    case Interest::kWrite: return uv_poll_start(poll, UV_WRITABLE, on_ready) == 0;
  }
  return false;
}

void UvPoller::remove(Session& session) {
  auto& closing = static_cast<UvSession&>(session);
  if (!closing.registered()) {
    delete &closing;
    return;
  }
  uv_close(reinterpret_cast<uv_handle_t*>(&closing.poll),
           [](uv_handle_t* h) { delete static_cast<UvSession*>(h->data); });
  closing.fd.reset();  // closed now, so that the client sees it before the callback runs
}

void UvPoller::set_accepting(bool accepting) {
  for (const auto& poll : listener_polls_) {
    if (accepting) {
      uv_poll_start(poll.get(), UV_READABLE, on_client);
    } else {
      uv_poll_stop(poll.get());
    }
  }
}

void UvPoller::set_timer(Time due) {
  if (due == kNever) {
    uv_timer_stop(timer_.get());
    return;
  }
  const auto delay = std::chrono::ceil<std::chrono::milliseconds>(due - monotonic_now()).count();
  uv_timer_start(timer_.get(), on_timer, delay > 0 ? static_cast<std::uint64_t>(delay) : 0, 0);
}

UvHandle<uv_poll_t> UvPoller::watch(int fd) {
  return make_uv_handle<uv_poll_t>("uv_poll_init",
                                   [&](uv_poll_t* h) { return uv_poll_init(loop_.get(), h, fd); });
}

// libuv knows the time of its last wait to the millisecond; the driver reads the clock once for each wait.
void UvPoller::wake_up() {
  if (uv_now(loop_.get()) == woken_at_) return;
  woken_at_ = uv_now(loop_.get());
  driver_.wake_up();
}

void UvPoller::on_ready(uv_poll_t* handle, int status, int) {
  UvPoller& self = of(handle->loop);
  self.wake_up();
  auto& session = *static_cast<UvSession*>(handle->data);
  if (status == 0) {
    self.driver_.ready(session);
  } else {
    self.driver_.broken(session);  // libuv has stopped watching it
  }
  self.end_if_drained();
}

void UvPoller::on_client(uv_poll_t* handle, int, int) {
  UvPoller& self = of(handle->loop);
  self.wake_up();
  self.driver_.accept(*static_cast<Listener*>(handle->data));
}

void UvPoller::on_timer(uv_timer_t* handle) {
  UvPoller& self = of(handle->loop);
  self.driver_.wake_up();
  self.driver_.expire();
  self.end_if_drained();
}

void UvPoller::on_stop(uv_poll_t* handle, int, int) {
  UvPoller& self = of(handle->loop);
  self.stop_.reset();
  self.listener_polls_.clear();
  self.driver_.drain();
  self.end_if_drained();
}

// With the last handle closed, uv_run() returns.
void UvPoller::end_if_drained() {
  if (!driver_.drained()) return;
  timer_.reset();
  stop_.reset();
}

}  // namespace majuscule
