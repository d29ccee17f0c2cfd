// SPDX-License-Identifier: MIT
#include "load/client.hpp"

#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "base/monotonic.hpp"
#include "base/timespec.hpp"

namespace majuscule {
namespace {

using namespace std::chrono_literals;

constexpr Duration kHopeless = 2s;  // without a good answer; or twice the longest answer so far
constexpr Duration kProgressEvery = 500ms;
constexpr std::size_t kInput = 64 * 1024;
constexpr std::size_t kMostInOneWrite = 64 * 1024;

std::string repeated(const std::string& request, std::size_t pipeline) {
  std::string batch = request;
  for (std::size_t i = 1; i < pipeline && batch.size() + request.size() <= kMostInOneWrite; ++i)
    batch += request;
  return batch;
}

Duration cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return to_duration(usage.ru_utime) + to_duration(usage.ru_stime);
}

}  // namespace

Client::Client(const LoadConfig& config, RequestTemplate request_template, Address address, std::size_t idle,
               Progress progress)
    : config_(config),
      address_(std::move(address)),
      expected_(std::move(request_template.expected)),
      request_size_(request_template.request.size()),
      batch_(repeated(request_template.request, config.pipeline)),
      progress_(std::move(progress)),
      crowd_(idle),
      timers_(monotonic_now()),
      stalls_(monotonic_now(), cpu_time()),
      input_(kInput) {
  for (std::size_t i = 0; i < config_.connections; ++i)
    connections_.emplace_back(i, config_.pipeline, expected_);
  sigset_t stopping;
  ::sigemptyset(&stopping);
  ::sigaddset(&stopping, SIGINT);
  ::sigaddset(&stopping, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &stopping, nullptr);
  signals_ = UniqueFd(::signalfd(-1, &stopping, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals_ || !loop_.watch(signals_.get(), {EventLoop::Subject::kSignal, 0})) {
    throw std::system_error(errno, std::generic_category(), "signalfd");
  }
}

Client::~Client() {
  for (ClientConnection& connection : connections_) timers_.drop(connection);
}

Result Client::run() {
  connect_idle_crowd();
  if (cut_short_.empty()) connect_all();
  const Duration cpu_before = cpu_time() - loop_.spun();
  const Time began = monotonic_now();
  start(began);
  Time now = began;
  while (!abandoned_ && (outstanding_ > 0 || !source_->over(now) || now < offered_until())) {
    step();
    now = monotonic_now();
    if (now >= given_up_at()) {
      unsent_ = source_->left();
      source_->stop();
    }
    give_up_if_hopeless(now);
    if (now >= next_progress_) {
      progress_(now - began, recorder_);
      next_progress_ = now + kProgressEvery;
    }
  }
  return result(began, now, cpu_time() - loop_.spun() - cpu_before);
}

// ---- Before the start.

/// The run needs all of them, or it stops.
void Client::connect_idle_crowd() {
  const Time began = monotonic_now();
  crowd_.connect(address_, loop_, began);
  setup_until_ = began + config_.timeout;
  for (Time now = began; crowd_.connecting() > 0 && cut_short_.empty() && now < setup_until_;
       now = monotonic_now()) {
    step();
    crowd_.try_beside(address_, loop_, now);
  }
  setup_until_ = kNever;
  const std::size_t missing = crowd_.size() - crowd_.connected();
  if (missing == 0 || !cut_short_.empty()) return;
  const int error = crowd_.first_error();
  recorder_.failed(Failure::kConnect, error != 0 ? in_words(error) : "timed out", missing);
  stop(fmt::format("only {} of {} silent clients could connect", crowd_.connected(), crowd_.size()));
}

/// Makes all connections before the clock starts. Their cost is reported separately, as connect time.
void Client::connect_all() {
  if (!keeps_alive()) return;
  const Time now = monotonic_now();
  for (ClientConnection& connection : connections_) connect(connection, now);
  const auto connecting = [](const ClientConnection& connection) {
    return connection.state == ClientConnection::State::kConnecting;
  };
  const auto lost = [](const ClientConnection& connection) {
    return connection.state == ClientConnection::State::kResting;
  };
  while (!abandoned_ && std::any_of(connections_.begin(), connections_.end(), connecting)) step();
  if (cut_short_.empty() && std::all_of(connections_.begin(), connections_.end(), lost)) {
    stop(recorder_.connections == 0 ? "no connection could be made"
                                    : "every connection was closed before the start");
    abandoned_ = true;
  }
  setup_until_ = monotonic_now() + config_.settle;
  while (cut_short_.empty() && monotonic_now() < setup_until_) step();
  setup_until_ = kNever;
}

void Client::start(Time now) {
  source_.emplace(config_, now);
  if (open_loop()) recorder_.planned_end = source_->until();
  if (!cut_short_.empty()) source_->stop();
  if (progress_) next_progress_ = now + kProgressEvery;
  failing_since_ = kNever;
  has_failed_ = false;
  for (ClientConnection& connection : connections_) {
    if (connection.state != ClientConnection::State::kResting) make_free(connection, now);
  }
}

// ---- The loop.

void Client::step() {
  Time woke;
  const auto events = loop_.wait(next_wake(), next_due(), woke);
  if (stalls_.woke(woke)) note(stalls_.look(cpu_time()));
  for (const epoll_event& event : events) {
    handle(event, woke);
    // Requests that are due are sent before the answers that arrived at the same time are handled.
    if (next_due() != kNever) dispatch(monotonic_now());
  }
  const Time now = monotonic_now();
  timers_.advance(now, [&](TimerWheel::Timer& timer) { expire(static_cast<ClientConnection&>(timer), now); });
  resume_rested(now);
  dispatch(now);
}

/// Time in which the client stood still is not counted against the server.
void Client::note(const Stall& stall) {
  if (stall.length() == Duration::zero()) return;
  last_stall_ = stall;
  if (failing_since_ != kNever) failing_since_ += stall.since(failing_since_);
  if (source_ && stall.to >= source_->measured_from()) {
    recorder_.longest_standstill = std::max(recorder_.longest_standstill, stall.length());
  }
}

void Client::handle(const epoll_event& event, Time woke) {
  const auto [subject, number, generation] = EventLoop::tag_of(event);
  const bool peer_ended = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (subject == EventLoop::Subject::kSignal) return handle_signal();
  if (subject == EventLoop::Subject::kIdle) {
    return crowd_.handle({subject, number, generation}, event.events, address_, loop_, woke);
  }
  ClientConnection& connection = connections_[number];
  if (connection.state == ClientConnection::State::kConnecting) {
    EventLoop::Tag tag = tag_of(connection, connection.attempts);
    const Dial::Outcome outcome = connection.dial.handle(address_, loop_, tag, generation, woke);
    connection.attempts = tag.generation;
    settle(connection, outcome, woke);
  }
  if (connection.state != ClientConnection::State::kOpen || generation != connection.generation)
    return;  // an event of an earlier connection
  // Input first: it may say why the server accepts no more output.
  if ((event.events & EPOLLIN) != 0 || peer_ended) receive(connection, peer_ended, woke);
  if ((event.events & EPOLLOUT) != 0 && connection.state == ClientConnection::State::kOpen) flush(connection);
}

void Client::handle_signal() {
  signalfd_siginfo signal{};
  while (::read(signals_.get(), &signal, sizeof signal) > 0) {
    abandoned_ = !cut_short_.empty() || !source_;
    stop("interrupted");
  }
}

Time Client::next_wake() const {
  Time wake = std::min({timers_.next(), next_progress_, given_up_at(), setup_until_});
  if (!resting_.empty() && source_) wake = std::min(wake, resting_.front()->free_since);
  if (outstanding_ == 0 && offered_until() != Time::min()) wake = std::min(wake, offered_until());
  return wake;
}

Time Client::next_due() const { return source_ && open_loop() && !free_.empty() ? source_->next() : kNever; }

/// When the unsent requests of a schedule are given up: after its end by its own length, at most by the
/// timeout.
Time Client::given_up_at() const {
  if (!source_ || !open_loop() || source_->next() == kNever || source_->until() == kNever) return kNever;
  return source_->until() +
         std::min(config_.timeout, std::max<Duration>(1s, source_->until() - source_->measured_from()));
}

void Client::resume_rested(Time now) {
  while (source_ && !resting_.empty() && resting_.front()->free_since <= now) {
    ClientConnection& connection = *resting_.front();
    resting_.pop_front();
    assert(connection.state == ClientConnection::State::kResting);
    connection.state = ClientConnection::State::kClosed;
    make_free(connection, now);
  }
}

/// Called at a failure. Stops the run when there have been only failures for too long, or when all clients
/// have failed and none was ever connected.
void Client::give_up_if_hopeless(Time now) {
  if (!std::exchange(has_failed_, false) || failing_since_ == kNever) return;
  const auto unconnected = recorder_.failures[static_cast<std::size_t>(Failure::kConnect)];
  if (recorder_.connections == 0 && unconnected >= config_.connections) {
    stop("no connection could be made");
    abandoned_ = true;
    return;
  }
  const Duration failing = now - failing_since_;
  if (failing < std::max(kHopeless, 2 * recorder_.service.max())) return;
  if (in_flight_since_before(failing_since_)) return;
  stop(fmt::format("stopped after {:.1f} s without a good answer",
                   std::chrono::duration<double>(failing).count()));
  abandoned_ = true;
}

/// Returns whether an earlier request is still in flight, which may yet get a good answer.
bool Client::in_flight_since_before(Time time) const {
  return std::any_of(connections_.begin(), connections_.end(), [=](const ClientConnection& connection) {
    return connection.waiting ? connection.connect_began < time
                              : connection.flights() > 0 && connection.oldest().sent < time;
  });
}

std::string Client::in_words(int error) { return std::generic_category().message(error); }

void Client::stop(std::string why) {
  if (source_) source_->stop();
  if (cut_short_.empty()) cut_short_ = std::move(why);
}

}  // namespace majuscule
