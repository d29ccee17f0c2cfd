// SPDX-License-Identifier: MIT
#include "server/resource_meter.hpp"

#include <unistd.h>

#include <algorithm>
#include <cassert>

namespace majuscule {
namespace {

void raise_to(std::atomic<std::uint64_t>& figure, std::uint64_t value) {
  std::uint64_t now = figure;
  while (now < value && !figure.compare_exchange_weak(now, value)) {
  }
}

}  // namespace

ResourceMeter::ResourceMeter(std::size_t others)
    : places_(others + 1), own_(take_place()), status_(open_own_status()) {
  assert(own_ != nullptr);
  own_->pid = ::getpid();
}

pid_t ResourceMeter::fork() {
  Place* const place = take_place();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    own_ = place;
    pid_t taken = -parent;
    // The parent may have noted it already; or have died, and the place be another's.
    if (place != nullptr && !place->pid.compare_exchange_strong(taken, ::getpid()) && taken != ::getpid())
      own_ = nullptr;
    status_.reset();  // its descriptor may be the only one to be had
    status_ = open_own_status();
  }
  if (pid != 0 && place != nullptr) place->pid = std::max(pid, 0);
  return pid;
}

void ResourceMeter::reaped(pid_t pid, const rusage& usage) {
  assert(pid > 0);
  Place* const had = place_of(pid);
  Place& place = had != nullptr ? *had : places_[0];
  const Figures figures = figures_of(usage);
  if (had != nullptr) place.pid = 0;
  for (std::size_t i = 0; i < kFigures; ++i) {
    if (own_ != nullptr) own_->reaped[i] += figures[i];
    std::uint64_t counted = 0;
    if (had != nullptr) {
      place.published[i] = 0;
      counted = place.reaped[i].exchange(0);
    }
    place.dead[i] += figures[i] - std::min(figures[i], counted);
  }
  if (had != nullptr) raise_to(place.peak_rss, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024);
  if (Place* const taken = place_of(-pid)) taken->pid = 0;  // killed while it forked
}

void ResourceMeter::publish() const {
  if (own_ == nullptr) return;
  const Figures figures = own_figures();
  for (std::size_t i = 0; i < kFigures; ++i) raise_to(own_->published[i], figures[i]);
}

Resources ResourceMeter::read() const {
  Resources sum;
  Figures total{};
  for (Place& place : places_) {
    if (!place.used) break;
    Figures figures{};
    // First: who dies from here on is missing, not counted twice; and what is missing is known already.
    for (std::size_t i = 0; i < kFigures; ++i) figures[i] = place.dead[i];
    if (const pid_t pid = place.pid; pid > 0) {
      const Figures seen = look_at(place, pid);
      for (std::size_t i = 0; i < kFigures; ++i)
        figures[i] += std::max<std::uint64_t>(seen[i], place.published[i]);
      sum.threads += place.threads;
    }
    for (std::size_t i = 0; i < kFigures; ++i) {
      raise_to(place.known[i], figures[i]);
      total[i] += place.known[i];
    }
    sum.max_rss_bytes += place.peak_rss;
  }
  sum.user_seconds = static_cast<double>(total[kUser]) / 1e6;
  sum.system_seconds = static_cast<double>(total[kSystem]) / 1e6;
  sum.voluntary_switches = total[kVoluntary];
  sum.involuntary_switches = total[kInvoluntary];
  return sum;
}

ResourceMeter::Place* ResourceMeter::take_place() const {
  for (Place& place : places_) {
    pid_t nobody = 0;
    if (place.pid == 0 && place.pid.compare_exchange_strong(nobody, -::getpid())) {
      place.used = true;
      return &place;
    }
  }
  return nullptr;
}

ResourceMeter::Place* ResourceMeter::place_of(pid_t pid) const {
  const auto place =
      std::find_if(places_.begin(), places_.end(), [pid](const Place& p) { return p.pid == pid; });
  return place != places_.end() ? place : nullptr;
}

Figures ResourceMeter::look_at(Place& place, pid_t pid) const {
  const bool is_own = &place == own_;
  const ProcessStatus status = is_own ? read_status(status_) : status_of(pid);
  raise_to(place.peak_rss, status.peak_rss);
  if (status.threads > 0) place.threads = status.threads;
  if (is_own) return own_figures();
  Figures figures{};
  figures[kVoluntary] = status.voluntary_switches;
  figures[kInvoluntary] = status.involuntary_switches;
  read_cpu_times(pid, place.threads == 1, figures);
  return figures;
}

}  // namespace majuscule
