// SPDX-License-Identifier: MIT
#include "load/client.hpp"

#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "net/clock.hpp"

namespace majuscule {
namespace {

using namespace std::chrono_literals;

constexpr Duration kRest = 10ms;    // after a failure
constexpr Duration kHopeless = 2s;  // of nothing but failures, or twice the longest answer
constexpr Duration kProgressEvery = 500ms;
constexpr Duration kLeastForCpuShare = 1ms;  // the kernel counts CPU time in microseconds
constexpr std::size_t kInput = 64 * 1024;
constexpr int kMostReads = 16;  // of one connection, before the others
constexpr std::size_t kMostInOneWrite = 64 * 1024;
/// Intended to be sent when it is sent: the next request of a closed loop.
constexpr Time kAtOnce = Time::min();

std::string in_words(int error) { return std::generic_category().message(error); }

std::string repeated(const std::string& request, std::size_t pipeline) {
  std::string batch = request;
  for (std::size_t i = 1; i < pipeline && batch.size() + request.size() <= kMostInOneWrite; ++i)
    batch += request;
  return batch;
}

Waiter::Tag tag_of(const Slot& slot) {
  return {Waiter::Subject::kSlot, static_cast<std::uint32_t>(slot.number), slot.generation};
}

Duration cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return Duration(std::chrono::seconds(time.tv_sec)) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

}  // namespace

Client::Client(const Plan& plan, Exchange exchange, Address address, std::size_t idle, Progress progress)
    : plan_(plan),
      address_(address),
      expected_(std::move(exchange.expected)),
      request_size_(exchange.request.size()),
      batch_(repeated(exchange.request, plan.pipeline)),
      progress_(std::move(progress)),
      crowd_(idle),
      timers_(monotonic_now()),
      input_(kInput) {
  for (std::size_t i = 0; i < plan_.connections; ++i) slots_.emplace_back(i, plan_.pipeline, expected_);
  sigset_t stopping;
  ::sigemptyset(&stopping);
  ::sigaddset(&stopping, SIGINT);
  ::sigaddset(&stopping, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &stopping, nullptr);
  signals_ = UniqueFd(::signalfd(-1, &stopping, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals_ || !waiter_.watch(signals_.get(), {Waiter::Subject::kSignal, 0})) {
    throw std::system_error(errno, std::generic_category(), "signalfd");
  }
}

Client::~Client() {
  for (Slot& slot : slots_) timers_.drop(slot);
}

Result Client::run() {
  connect_idle_crowd();
  if (cut_short_.empty()) connect_all();
  const Duration cpu_before = cpu_time() - waiter_.spun();
  const Time began = monotonic_now();
  start(began);
  Time now = began;
  while (!abandoned_ && (outstanding_ > 0 || !supply_->over(now))) {
    step();
    now = monotonic_now();
    if (now >= given_up_at()) {
      unsent_ = supply_->left();
      supply_->stop();
    }
    give_up_if_hopeless(now);
    if (now >= next_progress_) {
      progress_(now - began, record_);
      next_progress_ = now + kProgressEvery;
    }
  }
  return result(began, now, cpu_time() - waiter_.spun() - cpu_before);
}

// ---- Before the start.

/// The load is to run beside all of them, or not at all.
void Client::connect_idle_crowd() {
  crowd_.connect(address_, waiter_);
  setup_until_ = monotonic_now() + plan_.timeout;
  while (crowd_.connecting() > 0 && cut_short_.empty() && monotonic_now() < setup_until_) step();
  setup_until_ = kNever;
  const std::size_t missing = crowd_.size() - crowd_.connected();
  if (missing == 0 || !cut_short_.empty()) return;
  const int error = crowd_.first_error();
  record_.failed(Failure::kConnect, error != 0 ? in_words(error) : "timed out", missing);
  stop(fmt::format("only {} of {} silent clients could connect", crowd_.connected(), crowd_.size()));
}

/// All stand, or have failed, before the clock starts: their cost is reported as what it is, connect time.
void Client::connect_all() {
  if (!keeps_alive()) return;
  const Time now = monotonic_now();
  for (Slot& slot : slots_) connect(slot, now);
  const auto connecting = [](const Slot& slot) { return slot.state == Slot::State::kConnecting; };
  const auto lost = [](const Slot& slot) { return slot.state == Slot::State::kResting; };
  while (!abandoned_ && std::any_of(slots_.begin(), slots_.end(), connecting)) step();
  if (cut_short_.empty() && std::all_of(slots_.begin(), slots_.end(), lost)) {
    stop(record_.connections == 0 ? "no connection could be made" : "no connection lasted until the start");
    abandoned_ = true;
  }
}

void Client::start(Time now) {
  supply_.emplace(plan_, now);
  if (open_loop()) record_.planned_end = supply_->until();
  if (!cut_short_.empty()) supply_->stop();
  if (progress_) next_progress_ = now + kProgressEvery;
  failing_since_ = kNever;
  has_failed_ = false;
  for (Slot& slot : slots_) {
    if (slot.state != Slot::State::kResting) make_free(slot, now);
  }
}

// ---- The loop.

void Client::step() {
  Time woke;
  for (const epoll_event& event : waiter_.wait(next_wake(), next_due(), woke)) handle(event, woke);
  const Time now = monotonic_now();
  timers_.advance(now, [&](TimerWheel::Timer& timer) {
    auto& slot = static_cast<Slot&>(timer);
    const bool connecting = slot.state == Slot::State::kConnecting;
    lose(slot, connecting ? Failure::kConnect : Failure::kTimeout, connecting ? "timed out" : "no answer",
         now);
  });
  wake_the_rested(now);
  dispatch(now);
}

void Client::handle(const epoll_event& event, Time woke) {
  const auto [subject, number, generation] = Waiter::tag_of(event);
  const bool peer_ended = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (subject == Waiter::Subject::kSignal) return handle_signal();
  if (subject == Waiter::Subject::kIdle) return crowd_.handle(number, event.events);
  Slot& slot = slots_[number];
  if (generation != (slot.generation & Waiter::kGenerations)) return;  // of a connection before it
  if (slot.state == Slot::State::kConnecting) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(slot.fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return lose(slot, Failure::kConnect, in_words(error), woke);
    connected(slot, monotonic_now());
  }
  // First what the server says, which may be why it takes no more.
  if ((event.events & EPOLLIN) != 0 || peer_ended) receive(slot, peer_ended, woke);
  if ((event.events & EPOLLOUT) != 0 && slot.state == Slot::State::kOpen) flush(slot);
}

void Client::handle_signal() {
  signalfd_siginfo signal{};
  while (::read(signals_.get(), &signal, sizeof signal) > 0) {
    abandoned_ = !cut_short_.empty() || !supply_;
    stop("interrupted");
  }
}

Time Client::next_wake() const {
  Time wake = std::min({timers_.next(), next_progress_, given_up_at(), setup_until_});
  if (!resting_.empty() && supply_) wake = std::min(wake, resting_.front()->free_since);
  return wake;
}

Time Client::next_due() const { return supply_ && open_loop() && !free_.empty() ? supply_->next() : kNever; }

/// When the requests of a schedule that nobody was free to send are given up: as long behind the end of it as
/// it was itself, at most the timeout.
Time Client::given_up_at() const {
  if (!supply_ || !open_loop() || supply_->next() == kNever || supply_->until() == kNever) return kNever;
  return supply_->until() +
         std::min(plan_.timeout, std::max<Duration>(1s, supply_->until() - supply_->measured_from()));
}

void Client::wake_the_rested(Time now) {
  while (supply_ && !resting_.empty() && resting_.front()->free_since <= now) {
    Slot& slot = *resting_.front();
    resting_.pop_front();
    slot.state = Slot::State::kClosed;
    make_free(slot, now);
  }
}

/// At a failure, when there have been only failures for long, or when all clients have failed and none of
/// them was ever connected.
void Client::give_up_if_hopeless(Time now) {
  if (!std::exchange(has_failed_, false) || failing_since_ == kNever) return;
  const auto unconnected = record_.failures[static_cast<std::size_t>(Failure::kConnect)];
  if (record_.connections == 0 && unconnected >= plan_.connections) {
    stop("no connection could be made");
    abandoned_ = true;
    return;
  }
  const Duration failing = now - failing_since_;
  if (failing < std::max(kHopeless, 2 * record_.service.max())) return;
  if (in_flight_since_before(failing_since_)) return;
  stop(fmt::format("gave up after {:.1f} s without a good answer",
                   std::chrono::duration<double>(failing).count()));
  abandoned_ = true;
}

/// Some request, which may yet have a good answer.
bool Client::in_flight_since_before(Time time) const {
  return std::any_of(slots_.begin(), slots_.end(), [=](const Slot& slot) {
    return slot.waiting ? slot.connect_began < time : slot.flights() > 0 && slot.oldest().sent < time;
  });
}

void Client::stop(std::string why) {
  if (supply_) supply_->stop();
  if (cut_short_.empty()) cut_short_ = std::move(why);
}

// ---- Requests.

/// Sends what the schedule says is due, as long as somebody is free.
void Client::dispatch(Time now) {
  if (!supply_ || dispatching_) return;
  dispatching_ = true;
  while (!free_.empty()) {
    Slot& slot = *free_.front();
    if (room(slot) == 0) {  // lost meanwhile
      slot.queued = false;
      free_.pop_front();
      continue;
    }
    const auto intended = supply_->take(now);
    if (!intended && !supply_->over(now)) break;
    free_.pop_front();
    slot.queued = false;
    if (!intended) {
      leave(slot);
      continue;
    }
    const Time possible = std::max(*intended, slot.free_since);
    if (*intended < slot.free_since) ++record_.held_up;
    assign(slot, *intended, now);
    if (slot.state == Slot::State::kResting) continue;
    const bool open = slot.state == Slot::State::kOpen;
    if (open) stamp(slot, monotonic_now());
    if (supply_->measured(*intended)) {
      record_.lateness.record((open ? slot.from_newest(0).sent : slot.connect_began) - possible);
    }
    if (open) flush(slot);
    if (room(slot) > 0 && !slot.queued) {
      slot.queued = true;
      free_.push_back(&slot);
    }
  }
  dispatching_ = false;
}

/// One that can take a request, or several: the next ones in a closed loop, a place in the queue in an open
/// one.
void Client::make_free(Slot& slot, Time now) {
  slot.free_since = now;
  if (!supply_) return;
  if (open_loop()) {
    if (!slot.queued) free_.push_back(&slot);
    slot.queued = true;
    return dispatch(now);
  }
  while (room(slot) > 0) {
    const auto intended = supply_->take(now);
    if (!intended) break;
    assign(slot, *intended, now);
  }
  if (slot.state == Slot::State::kOpen) flush(slot);
  if (supply_->over(now)) leave(slot);
}

/// Makes room at the server for those whom it lets wait: there is nothing more to ask.
void Client::leave(Slot& slot) {
  if (slot.state == Slot::State::kOpen && slot.flights() == 0) close(slot);
}

std::uint64_t Client::room(const Slot& slot) const {
  if (slot.state == Slot::State::kClosed) return slot.waiting ? 0 : 1;
  if (slot.state != Slot::State::kOpen) return 0;
  const std::uint64_t left = plan_.requests_per_connection.value_or(UINT64_MAX) - slot.begun;
  return std::min<std::uint64_t>(left, plan_.pipeline - slot.flights());
}

void Client::assign(Slot& slot, Time intended, Time now) {
  ++outstanding_;
  Flight flight{intended, kNever, supply_->measured(intended)};
  if (slot.state == Slot::State::kOpen) {
    if (!open_loop()) flight.intended = kAtOnce;
    return begin(slot, flight);
  }
  slot.waiting = flight;
  connect(slot, now);
}

void Client::begin(Slot& slot, const Flight& flight) {
  slot.push(flight);
  ++slot.begun;
  ++slot.unstamped;
  slot.unsent += request_size_;
}

/// Hands over all that the kernel takes.
void Client::flush(Slot& slot) {
  if (slot.unsent == 0) return;
  if (slot.unstamped > 0) stamp(slot, monotonic_now());
  while (slot.unsent > 0) {
    const std::size_t offset = (request_size_ - slot.unsent % request_size_) % request_size_;
    const std::size_t size = std::min(slot.unsent, batch_.size() - offset);
    const ssize_t sent = ::send(slot.fd.get(), batch_.data() + offset, size, MSG_NOSIGNAL);
    if (sent >= 0) {
      slot.unsent -= static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      return cannot_write(slot, errno);
    }
  }
  set_timer(slot);
}

/// Unless what has arrived by then is the answer to it, that of a server that did not want to read it all.
void Client::cannot_write(Slot& slot, int error) {
  ssize_t size = 1;
  while (slot.state == Slot::State::kOpen && slot.flights() > 0 && size > 0) {
    size = ::recv(slot.fd.get(), input_.data(), input_.size(), 0);
    if (size > 0) take_bytes(slot, {input_.data(), static_cast<std::size_t>(size)}, monotonic_now());
  }
  if (slot.state == Slot::State::kOpen && size == 0 && slot.parser.within_answer()) {
    ended(slot, monotonic_now());
  }
  if (slot.state == Slot::State::kOpen) lose(slot, Failure::kWrite, in_words(error), monotonic_now());
}

void Client::stamp(Slot& slot, Time now) {
  for (; slot.unstamped > 0; --slot.unstamped) {
    Flight& flight = slot.from_newest(slot.unstamped - 1);
    flight.sent = now;
    if (flight.intended == kAtOnce) flight.intended = now;
  }
}

void Client::set_timer(Slot& slot) {
  timers_.set(slot, slot.flights() == 0 ? kNever : slot.oldest().sent + plan_.timeout);
}

// ---- Connections.

void Client::connect(Slot& slot, Time now) {
  int error = 0;
  slot.connect_began = monotonic_now();
  slot.state = Slot::State::kConnecting;
  ++slot.generation;
  slot.fd = address_.connect(error);
  if (slot.fd && !waiter_.watch(slot.fd.get(), tag_of(slot))) error = errno;
  if (error != 0) return lose(slot, Failure::kConnect, in_words(error), now);
  timers_.set(slot, slot.connect_began + plan_.timeout);
}

void Client::connected(Slot& slot, Time now) {
  slot.state = Slot::State::kOpen;
  slot.parser.begin();
  slot.begun = 0;
  ++record_.connections;
  if (!supply_ || supply_->measured(slot.connect_began)) record_.connect.record(now - slot.connect_began);
  if (!slot.waiting) return set_timer(slot);  // before the start
  begin(slot, *std::exchange(slot.waiting, std::nullopt));
  if (room(slot) > 0) make_free(slot, now);
  if (slot.state == Slot::State::kOpen) flush(slot);
}

void Client::receive(Slot& slot, bool peer_ended, Time woke) {
  Time now = woke;
  for (int reads = 0; slot.state == Slot::State::kOpen; ++reads) {
    if (reads == kMostReads) {
      waiter_.tell_again(slot.fd.get(), tag_of(slot));
      break;
    }
    const ssize_t size = ::recv(slot.fd.get(), input_.data(), input_.size(), 0);
    const int error = errno;
    now = monotonic_now();
    if (size > 0) {
      if (!open_loop() && supply_ && supply_->measured(woke)) record_.lateness.record(now - woke);
      take_bytes(slot, {input_.data(), static_cast<std::size_t>(size)}, now);
      // Edge-triggered: less than there was room for is all there is, unless the end is there already.
      if (static_cast<std::size_t>(size) < input_.size() && !peer_ended) break;
    } else if (size == 0) {
      ended(slot, now);
    } else if (error == EAGAIN) {
      break;
    } else if (error != EINTR) {
      lose(slot, slot.unsent > 0 ? Failure::kWrite : Failure::kRead, in_words(error), now);
    }
  }
  if (slot.state == Slot::State::kOpen) {
    set_timer(slot);
    if (room(slot) > 0 && !slot.queued) make_free(slot, now);
  }
}

void Client::take_bytes(Slot& slot, std::string_view bytes, Time now) {
  while (!bytes.empty() && slot.state == Slot::State::kOpen) {
    if (slot.flights() == 0) return refuse(slot, "something that nobody asked for", now);
    if (!slot.parser.within_answer()) slot.first_byte = now;
    std::size_t taken = 0;
    switch (slot.parser.feed(bytes, taken)) {
      case AnswerParser::Result::kMore: return;
      case AnswerParser::Result::kBroken: return refuse(slot, slot.parser.why(), now);
      case AnswerParser::Result::kAnswer: take_answer(slot, now);
    }
    bytes.remove_prefix(taken);
  }
}

void Client::take_answer(Slot& slot, Time now) {
  const Flight flight = slot.oldest();
  slot.pop();
  --outstanding_;
  const Answer& answer = slot.parser.answer();
  if (!answer.right_status) {
    failed(Failure::kStatus, fmt::format("{}", answer.status), 1, now);
  } else if (!answer.right_body) {
    failed(Failure::kBody, "not the bytes that were expected; --check=any takes any", 1, now);
  } else {
    record_.answered(flight, slot.first_byte, now);
    if (flight.measured) {
      slot.first_sent = std::min(slot.first_sent, flight.sent);
      slot.last_answer = now;
    }
    failing_since_ = kNever;
  }
  const bool last = slot.flights() == 0 && slot.begun == plan_.requests_per_connection;
  if (!answer.closes && !last) return;
  if (slot.flights() > 0) return lose(slot, Failure::kRead, "closed with requests unanswered", now);
  close(slot);
  make_free(slot, now);
}

/// The server sends no more.
void Client::ended(Slot& slot, Time now) {
  const auto result = slot.parser.end();
  if (result == AnswerParser::Result::kAnswer) return take_answer(slot, now);
  if (slot.flights() > 0 || result == AnswerParser::Result::kBroken) {
    return lose(slot, Failure::kRead,
                slot.parser.within_answer() ? "closed within an answer" : "closed without an answer", now);
  }
  close(slot);
  make_free(slot, now);
}

void Client::close(Slot& slot) {
  timers_.set(slot, kNever);
  slot.fd.reset();
  slot.state = Slot::State::kClosed;
  slot.unsent = 0;
  slot.unstamped = 0;
  slot.drop_flights();
}

/// The connection, with all that is in flight on it.
void Client::lose(Slot& slot, Failure failure, std::string_view reason, Time now) {
  const std::uint64_t requests = slot.flights() + (slot.waiting ? 1 : 0);
  outstanding_ -= requests;
  if (requests > 0 || !supply_) failed(failure, reason, std::max<std::uint64_t>(1, requests), now);
  slot.waiting.reset();
  close(slot);
  slot.state = Slot::State::kResting;
  slot.free_since = now + kRest;
  resting_.push_back(&slot);
}

/// What came is wrong, even if no request suffers from it.
void Client::refuse(Slot& slot, std::string_view reason, Time now) {
  if (slot.flights() == 0 && supply_) failed(Failure::kRead, reason, 1, now);
  lose(slot, Failure::kRead, reason, now);
}

void Client::failed(Failure failure, std::string_view reason, std::uint64_t count, Time now) {
  record_.failed(failure, reason, count);
  has_failed_ = true;
  if (failing_since_ == kNever) failing_since_ = now;
}

// ---- The end.

Duration Client::offered_for(Time end) const {
  const Time from = supply_->measured_from();
  if (!cut_short_.empty()) return std::max(Duration::zero(), end - from);
  return std::max(record_.served_at(), from) - from;
}

/// From the first send to the last answer, on the average of the connections. The wall clock would count the
/// time in which some of them have ended, or are still at a request of the warm-up.
Duration Client::busy_for() const {
  double total = 0;
  std::size_t connections = 0;
  for (const Slot& slot : slots_) {
    if (slot.first_sent == kNever) continue;
    total += static_cast<double>((slot.last_answer - slot.first_sent).count());
    ++connections;
  }
  return Duration(connections == 0 ? 0 : std::llround(total / static_cast<double>(connections)));
}

Result Client::result(Time start, Time end, Duration cpu) {
  Result result;
  result.plan = plan_;
  result.took = open_loop() ? offered_for(end) : busy_for();
  result.unsent = unsent_;
  result.idle_lost = crowd_.lost();
  result.cut_short = cut_short_;
  if (end - start >= kLeastForCpuShare) {
    result.client_cpu_share =
        std::max(0.0, std::chrono::duration<double>(cpu) / std::chrono::duration<double>(end - start));
  }
  result.record = std::move(record_);
  return result;
}

}  // namespace majuscule
