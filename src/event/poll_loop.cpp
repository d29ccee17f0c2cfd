// SPDX-License-Identifier: MIT
#include "event/poll_loop.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <string>

#include "base/timespec.hpp"

namespace majuscule {

void PollLoop::run() {
  LoopServing serving;
  ReadinessDriver driver(server_, *this, server_.listeners(), serving);
  const int stop = server_.stop().fd();
  std::vector<int> own = {stop};
  for (const Listener& listener : server_.listeners()) own.push_back(listener.fd());
  for (const int fd : own) {
    if (!make_room(fd)) throw std::runtime_error("cannot watch descriptor " + std::to_string(fd));
    watch(fd, Interest::kRead);
  }
  server_.announce_ready();
  bool draining = false;
  while (!driver.drained()) {
    wait();
    driver.wake_up();
    std::size_t told = 0;
    while (told < ready_.size()) tell(driver, ready_[told++]);  // a new client may reallocate it
    if (!draining && server_.stop().requested()) {
      draining = true;
      watch(stop, Interest::kNone);
      driver.drain();
    }
    if (due_ <= monotonic_now()) {
      due_ = kNever;
      driver.expire();
    }
  }
}

void PollLoop::wait() {
  ready_.clear();
  if (due_ == kNever) return wait(nullptr, ready_);
  const timespec timeout = to_timespec(std::max(due_ - monotonic_now(), Duration::zero()));
  wait(&timeout, ready_);
  assert(ready_.size() <= sessions_.size());
}

// The client may have gone meanwhile, and another may have its descriptor: a false alarm for that one.
void PollLoop::tell(ReadinessDriver& driver, int fd) {
  assert(static_cast<std::size_t>(fd) < sessions_.size());
  if (Session* const session = sessions_[static_cast<std::size_t>(fd)].get()) return driver.ready(*session);
  for (Listener& listener : server_.listeners()) {
    if (listener.fd() == fd) driver.accept(listener);
  }
}

bool PollLoop::make_room(int fd) {
  const auto needed = static_cast<std::size_t>(fd) + 1;
  if (needed > sessions_.size()) {
    sessions_.resize(std::max(needed, 2 * sessions_.size()));
    ready_.reserve(sessions_.size());
  }
  return prepare(fd, sessions_.size());
}

Session* PollLoop::add(UniqueFd& client) {
  const int fd = client.get();
  if (!make_room(fd)) return nullptr;
  auto& session = sessions_[static_cast<std::size_t>(fd)];
  assert(!session);
  session = std::make_unique<Session>();
  session->fd = std::move(client);
  return session.get();
}

void PollLoop::remove(Session& session) {
  assert(sessions_[static_cast<std::size_t>(session.fd.get())].get() == &session);
  watch(session.fd.get(), Interest::kNone);
  sessions_[static_cast<std::size_t>(session.fd.get())].reset();
}

void PollLoop::set_accepting(bool accepting) {
  for (const Listener& listener : server_.listeners()) {
    watch(listener.fd(), accepting ? Interest::kRead : Interest::kNone);
  }
}

}  // namespace majuscule
