// SPDX-License-Identifier: MIT
#include "simulation/kernel.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace majuscule::simulation {
namespace {

Kernel* the_kernel = nullptr;

int fail(int error) {
  errno = error;
  return -1;
}

}  // namespace

Kernel::Kernel(std::uint64_t seed) : random_(seed) {
  if (the_kernel != nullptr) throw std::logic_error("two kernels at once");
  the_kernel = this;
}

Kernel::~Kernel() { resign(); }

void Kernel::resign() {
  if (the_kernel == this) the_kernel = nullptr;
}

Kernel* Kernel::current() { return the_kernel; }

int Kernel::violated(const std::string& what) {
  if (violation_.empty()) violation_ = what;
  return fail(EBADF);
}

void Kernel::advance_to(Time time) { now_ = std::max(now_, time); }

// The same on every machine, unlike the distributions of the standard library.
std::uint64_t Kernel::pick(std::uint64_t most) { return random_() % (most + 1); }

Duration Kernel::pick(Duration most) {
  return Duration(static_cast<Duration::rep>(pick(static_cast<std::uint64_t>(most.count()))));
}

void Kernel::listen(int fd) { listeners_[fd]; }

std::shared_ptr<Socket> Kernel::connect(int listener, SocketWatch& watch) {
  auto socket = std::make_shared<Socket>();
  socket->send_window = std::size_t{1024} << pick(8);
  socket->receive_window = std::size_t{1024} << pick(6);
  socket->connected_at = now_;
  socket->watch = &watch;
  listeners_.at(listener).push_back(socket);
  return socket;
}

const Socket* Kernel::first_waiting(int listener) const {
  const auto found = listeners_.find(listener);
  return found == listeners_.end() || found->second.empty() ? nullptr : found->second.front().get();
}

int Kernel::accept(int listener, bool blocking) {
  const auto found = listeners_.find(listener);
  if (found == listeners_.end()) return violated("accepts from a closed listener");
  ++accepts_;
  auto& backlog = found->second;
  if (backlog.empty()) return fail(EAGAIN);
  if (chance(faults.interrupted)) return fail(EINTR);
  int failure = accept_failure;
  if (failure == 0 && open() >= descriptor_limit) failure = EMFILE;
  if (failure == 0 && chance(faults.no_memory)) failure = ENOMEM;
  if (failure != 0) {
    last_accept_failure_ = now_;
    return fail(failure);
  }
  const std::shared_ptr<Socket> socket = backlog.front();
  backlog.pop_front();
  if (chance(faults.aborted)) {
    socket->client_reset = socket->server_closed = true;
    socket->watch->on_drop();
    return fail(ECONNABORTED);
  }
  std::size_t place = table_.size();
  if (free_.empty()) {
    table_.emplace_back();
  } else {  // reused soon, as in a real kernel
    place = free_.front();
    free_.pop_front();
  }
  socket->blocking = blocking;
  table_[place] = socket;
  socket->watch->on_accept();
  return kFirst + static_cast<int>(place);
}

ssize_t Kernel::receive(int fd, char* buffer, std::size_t size) {
  const std::shared_ptr<Socket> socket = share(fd);
  if (socket == nullptr) return violated("reads from a closed descriptor");
  if (socket->client_reset) {
    socket->watch->on_receive({}, false);
    return fail(ECONNRESET);
  }
  if (!socket->arrived.empty()) {
    std::size_t count = std::min(size, socket->arrived.size());
    if (chance(faults.partial)) count = 1 + pick(count - 1);
    socket->arrived.copy(buffer, count);
    socket->arrived.erase(0, count);
    socket->watch->on_receive({buffer, count}, false);
    return static_cast<ssize_t>(count);
  }
  socket->watch->on_receive({}, socket->client_ended);
  return socket->client_ended || socket->reading_shut ? 0 : fail(EAGAIN);
}

ssize_t Kernel::send(int fd, const std::vector<std::string_view>& pieces) {
  const std::shared_ptr<Socket> socket = share(fd);
  if (socket == nullptr) return violated("writes to a closed descriptor");
  std::string bytes;
  for (const std::string_view piece : pieces) bytes += piece;
  if (socket->client_reset || socket->server_ended) {
    socket->watch->on_send(bytes, 0);
    return fail(EPIPE);
  }
  const std::size_t room = socket->send_window - std::min(socket->send_window, socket->sent.size());
  std::size_t count = chance(faults.send_refused) ? 0 : std::min(room, bytes.size());
  if (count > 1 && chance(faults.partial)) count = 1 + pick(count - 1);
  socket->sent.append(bytes, 0, count);
  socket->watch->on_send(bytes, count);
  return count > 0 || bytes.empty() ? static_cast<ssize_t>(count) : fail(EAGAIN);
}

int Kernel::shut_down(int fd, int how) {
  Socket* const socket = find(fd);
  if (socket == nullptr) return violated("shuts down a closed descriptor");
  if (how != SHUT_WR) socket->reading_shut = true;
  if (how != SHUT_RD && !socket->server_ended) {
    socket->server_ended = true;
    socket->watch->on_end_of_writing();
  }
  return 0;
}

int Kernel::close(int fd) {
  const std::shared_ptr<Socket> socket = share(fd);
  if (socket == nullptr) return violated("closes a descriptor twice");
  const auto place = static_cast<std::size_t>(fd - kFirst);
  table_[place].reset();
  free_.push_back(place);
  socket->server_closed = socket->server_ended = true;
  if (!socket->arrived.empty()) socket->server_reset = true;
  socket->watch->on_close();
  return 0;
}

void Kernel::close_listener(int fd) {
  for (const auto& socket : listeners_.at(fd)) {
    socket->server_closed = socket->server_reset = true;
    socket->watch->on_drop();
  }
  listeners_.erase(fd);
}

void Kernel::sleep_until(Time time) {
  if (scheduler != nullptr) {
    scheduler->sleep_until(time);
  } else {
    advance_to(time);
  }
}

// Each read of the CPU-time clock takes some CPU time. Each thread has its own processor.
Duration Kernel::burn_cpu() {
  constexpr Duration kStep = std::chrono::microseconds(500);
  cpu_ += kStep;
  sleep_until(now_ + kStep);
  return cpu_;
}

}  // namespace majuscule::simulation
