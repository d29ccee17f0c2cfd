// SPDX-License-Identifier: MIT
// --mode=reactors: one accepting loop, and N libuv loops, a thread each.
//
// The main thread waits for clients and hands each to the loop with the fewest clients (--threads loops;
// among equals in turn), through a small locked queue with an async handle as wakeup. From then on that loop
// alone waits for the client, in epoll_wait(2), reads, answers and writes. A client never changes its loop,
// so only the shared state needs a lock. It costs an epoll loop for each core. A task that blocks or burns
// CPU stalls the clients of its loop, and no others; a few busy clients on one loop leave the other cores
// idle. Every loop watches the stop signal. Each ends when its last client has gone, after the main thread
// has emptied the listeners' queues.
#include <atomic>
#include <memory>
#include <numeric>
#include <vector>

#include "base/monotonic.hpp"
#include "base/mutex.hpp"
#include "base/thread_group.hpp"
#include "blocking/acceptor.hpp"
#include "event/loop_serving.hpp"
#include "event/uv/uv_poller.hpp"
#include "modes/modes.hpp"

namespace majuscule {
namespace {

/// A loop that receives its clients from the accepting thread.
class Reactor final : public UvPoller {
 public:
  Reactor(Server& server, Serving& serving) : UvPoller(server, {}, serving) {
    wakeup_ = make_uv_handle<uv_async_t>(
        "uv_async_init", [this](uv_async_t* h) { return uv_async_init(loop(), h, on_wakeup); });
    wakeup_->data = this;
  }

  /// Takes over a client. For the accepting thread.
  void hand(Accepted client) MAJUSCULE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    arrivals_.push_back(std::move(client));
    ++clients_;
    uv_async_send(wakeup_.get());
  }
  /// No client follows. For the accepting thread.
  void end() MAJUSCULE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    ended_ = true;
    uv_async_send(wakeup_.get());
  }
  /// Returns how many clients were handed over and have not gone. Thread-safe.
  std::size_t clients() const { return clients_; }

  Session* add(UniqueFd& client) override {
    Session* const session = UvPoller::add(client);
    added_ = session != nullptr;
    return session;
  }
  void remove(Session& session) override {
    UvPoller::remove(session);
    --clients_;
  }

 private:
  static void on_wakeup(uv_async_t* handle) { static_cast<Reactor*>(handle->data)->take_arrivals(); }

  void take_arrivals() MAJUSCULE_EXCLUDES(mutex_) {
    bool ended = false;
    {
      const MutexLock lock(mutex_);
      taken_.swap(arrivals_);
      ended = ended_;
    }
    driver().wake_up();
    for (Accepted& client : taken_) {
      added_ = false;
      driver().add_accepted(std::move(client));
      if (!added_) --clients_;  // refused, or out of memory
    }
    taken_.clear();
    if (ended) {
      wakeup_.reset();
      driver().end_arrivals();
    }
    end_if_drained();
  }

  Mutex mutex_;
  std::vector<Accepted> arrivals_ MAJUSCULE_GUARDED_BY(mutex_);
  bool ended_ MAJUSCULE_GUARDED_BY(mutex_) = false;
  std::vector<Accepted> taken_;
  bool added_ = false;
  std::atomic<std::size_t> clients_ = 0;
  UvHandle<uv_async_t> wakeup_;
};

class Reactors final : public DrainedClients {
 public:
  explicit Reactors(Server& server) : server_(server) {
    for (std::size_t i = server.pool_size(); i > 0; --i)
      all_.push_back(std::make_unique<Reactor>(server, serving_));
  }

  /// Runs one loop on the calling thread.
  void run_one() { all_[begun_++]->run(); }
  void end() {
    for (const auto& reactor : all_) reactor->end();
  }
  std::size_t clients() const {
    return std::accumulate(all_.begin(), all_.end(), std::size_t{0},
                           [](std::size_t sum, const auto& reactor) { return sum + reactor->clients(); });
  }

  // Each loop watches the stop signal and drains itself.
  void begin_drain() override {
    drain_.begin(monotonic_now(), server_.drain_timeout());
    server_.announce_drain(clients());
  }
  Drain& drain() override { return drain_; }
  void obey(Drain::Step) override {}

  /// Returns the loop with the fewest clients; among equals each in turn.
  Reactor& pick() {
    const std::size_t first = turn_++ % all_.size();
    Reactor* least = all_[first].get();
    for (std::size_t i = 1; i < all_.size(); ++i) {
      Reactor* const one = all_[(first + i) % all_.size()].get();
      if (one->clients() < least->clients()) least = one;
    }
    return *least;
  }

 private:
  Server& server_;
  Drain drain_;
  LoopServing serving_;
  std::vector<std::unique_ptr<Reactor>> all_;
  std::atomic<std::size_t> begun_ = 0;
  std::size_t turn_ = 0;
};

}  // namespace

void run_reactors(Server& server) {
  Reactors reactors(server);
  const ThreadGroup group(
      server.pool_size(), [&] { reactors.run_one(); }, [&] { reactors.end(); });
  SyscallIo io;
  const auto hand_on = [&](Accepted& client) {
    if (reactors.clients() >= server.max_connections()) return false;
    reactors.pick().hand(std::move(client));
    return true;
  };
  Acceptor acceptor(server, io, hand_on, {}, /*non_blocking=*/true);
  acceptor.run(reactors);
}

}  // namespace majuscule
