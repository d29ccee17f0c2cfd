// SPDX-License-Identifier: MIT
#include "simulation/simulated_poller.hpp"

#include <algorithm>

#include "simulation/heap.hpp"

namespace majuscule::simulation {

SimulatedPoller::SimulatedPoller(World& world)
    : world_(world),
      kernel_(world.kernel()),
      reads_first_(kernel_.chance(750)),
      refused_(kernel_.chance(300) ? 3 : 0) {}

Session* SimulatedPoller::add(UniqueFd& client) {
  if (kernel_.chance(refused_)) {
    ++world_.rules().caused_refusals;
    return nullptr;
  }
  auto session = std::make_unique<Session>();
  session->fd = std::move(client);
  const AllocatesAs as_world(Owner::kWorld);
  return (sessions_[session->fd.get()] = std::move(session)).get();
}

bool SimulatedPoller::set_interest(Session& session, Interest interest) {
  const AllocatesAs as_world(Owner::kWorld);
  interests_[session.fd.get()] = interest;
  return true;
}

void SimulatedPoller::remove(Session& session) {
  interests_.erase(session.fd.get());
  sessions_.erase(session.fd.get());
}

Session* SimulatedPoller::find(int fd) const {
  const auto found = sessions_.find(fd);
  return found == sessions_.end() ? nullptr : found->second.get();
}

Interest SimulatedPoller::interest(int fd) const {
  const auto found = interests_.find(fd);
  return found == interests_.end() ? Interest::kNone : found->second;
}

// A broken socket is ready for anything, even without an interest (epoll(7), EPOLLHUP).
bool SimulatedPoller::is_ready(int fd, Interest interest) const {
  const Socket* const socket = kernel_.find(fd);
  if (socket == nullptr || interest == Interest::kNone) return false;
  return interest == Interest::kRead ? socket->readable() : socket->writable();
}

bool SimulatedPoller::has_ready() const {
  return std::any_of(interests_.begin(), interests_.end(),
                     [this](const auto& one) { return is_ready(one.first, one.second); });
}

std::vector<int> SimulatedPoller::ready() {
  std::vector<int> found;
  for (const auto& [fd, interest] : interests_) {
    if (is_ready(fd, interest) ? !kernel_.chance(20) : kernel_.chance(1)) found.push_back(fd);
  }
  for (std::size_t i = found.size(); i > 1; --i) std::swap(found[i - 1], found[kernel_.pick(i - 1)]);
  return found;
}

}  // namespace majuscule::simulation
