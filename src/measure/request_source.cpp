// SPDX-License-Identifier: MIT
#include "measure/request_source.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace majuscule {
namespace {

/// A schedule without a duration ends after a year, so that nanoseconds can represent its times.
constexpr Duration kLongest = std::chrono::hours(365 * 24);

std::uint64_t arrivals_in(Duration duration, double rate) {
  return static_cast<std::uint64_t>(std::llround(rate * std::chrono::duration<double>(duration).count()));
}

}  // namespace

std::uint64_t scheduled_requests(const LoadConfig& config) {
  assert(config.rate && *config.rate > 0);
  const auto room = arrivals_in(config.duration.value_or(kLongest), *config.rate);
  return std::min(config.requests.value_or(UINT64_MAX), std::max<std::uint64_t>(1, room));
}

RequestSource::RequestSource(const LoadConfig& config, Time start)
    : config_(config),
      measured_from_(start + config.warmup),
      until_(config.duration ? measured_from_ + *config.duration : kNever),
      left_(config.requests.value_or(UINT64_MAX)),
      warming_up_(config.warmup > Duration::zero()) {
  assert(config_.duration || config_.requests);
  if (!config_.rate) return;
  left_ = scheduled_requests(config_);
  const Duration length(std::llround(static_cast<double>(left_) / *config_.rate * 1e9));
  // With both a number and a duration, they define the rate exactly.
  until_ = left_ < kLeastScheduled ? std::min(until_, measured_from_ + length) : measured_from_ + length;
  if (warming_up_) {
    schedule_.emplace(config_.arrivals, start, config_.warmup, arrivals_in(config_.warmup, *config_.rate),
                      config_.seed + 1);
  } else {
    begin_measured_phase();
  }
}

void RequestSource::begin_measured_phase() {
  assert(config_.rate);
  warming_up_ = false;
  schedule_.emplace(config_.arrivals, measured_from_, until_ - measured_from_, left_, config_.seed);
}

std::optional<Time> RequestSource::take(Time now) {
  if (stopped_) return std::nullopt;
  if (!open_loop()) {
    if (now < measured_from_) return now;
    if (now >= until_ || left_ == 0) return std::nullopt;
    --left_;
    return now;
  }
  if (warming_up_ && schedule_->next() == kNever) begin_measured_phase();
  const Time next = schedule_->next();
  if (next > now || next == kNever) return std::nullopt;
  schedule_->pop();
  if (warming_up_ && schedule_->next() == kNever) begin_measured_phase();
  return next;
}

Time RequestSource::next() const {
  if (stopped_) return kNever;
  if (open_loop()) return schedule_->next() == kNever && warming_up_ ? measured_from_ : schedule_->next();
  return left_ == 0 ? kNever : Time::min();
}

std::uint64_t RequestSource::left() const {
  if (!open_loop()) return 0;
  return schedule_->left() + (warming_up_ ? left_ : 0);
}

bool RequestSource::over(Time now) const {
  if (stopped_) return true;
  if (open_loop()) return left() == 0;
  return now >= measured_from_ && (left_ == 0 || now >= until_);
}

void RequestSource::stop() { stopped_ = true; }

}  // namespace majuscule
