// SPDX-License-Identifier: MIT
#include "server/resource_meter.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <string>

namespace majuscule {
namespace {

std::uint64_t microseconds(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(time.tv_usec);
}

void raise_to(std::atomic<std::uint64_t>& figure, std::uint64_t value) {
  std::uint64_t now = figure;
  while (now < value && !figure.compare_exchange_weak(now, value)) {
  }
}

UniqueFd open_file_of(const std::string& process, const char* name) {
  return UniqueFd(::open(("/proc/" + process + "/" + name).c_str(), O_RDONLY | O_CLOEXEC));
}

std::string contents(const UniqueFd& file) {
  std::array<char, 4096> text{};  // more than there is
  const auto size = std::max<ssize_t>(::pread(file.get(), text.data(), text.size(), 0), 0);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

ResourceMeter::ResourceMeter(std::size_t others)
    : places_(others + 1), own_(take_place()), status_(open_file_of("self", "status")) {
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
    status_ = open_file_of("self", "status");
  }
  if (pid != 0 && place != nullptr) place->pid = std::max(pid, 0);
  return pid;
}

void ResourceMeter::reaped(pid_t pid, const rusage& usage) {
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
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const Figures figures = figures_of(usage);
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

ResourceMeter::Figures ResourceMeter::figures_of(const rusage& usage) {
  return {microseconds(usage.ru_utime), microseconds(usage.ru_stime),
          static_cast<std::uint64_t>(usage.ru_nvcsw), static_cast<std::uint64_t>(usage.ru_nivcsw)};
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

ResourceMeter::Figures ResourceMeter::look_at(Place& place, pid_t pid) const {
  const bool is_own = &place == own_;
  Figures figures{};
  const UniqueFd other = is_own ? UniqueFd() : open_file_of(std::to_string(pid), "status");
  std::istringstream status(contents(is_own ? status_ : other));
  std::uint64_t value = 0;
  for (std::string name; status >> name;) {
    if (name == "VmHWM:" && status >> value) raise_to(place.peak_rss, value * 1024);
    if (name == "Threads:" && status >> value) place.threads = value;
    if (name == "voluntary_ctxt_switches:") status >> figures[kVoluntary];
    if (name == "nonvoluntary_ctxt_switches:") status >> figures[kInvoluntary];
  }
  if (is_own) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return figures_of(usage);
  }
  const std::string line = contents(open_file_of(std::to_string(pid), "stat"));
  std::istringstream stat(line.substr(line.rfind(')') + 1));  // the name before it may hold anything
  std::string field;
  for (int number = 3; number <= 13 && stat >> field; ++number) {
  }
  const auto tick = static_cast<std::uint64_t>(1'000'000 / ::sysconf(_SC_CLK_TCK));
  if (stat >> figures[kUser] >> figures[kSystem]) {
    figures[kUser] *= tick;
    figures[kSystem] *= tick;
  }
  // Of the first thread the kernel tells to the nanosecond, but not what of it was whose.
  std::uint64_t nanoseconds = 0;
  std::istringstream schedstat(contents(open_file_of(std::to_string(pid), "schedstat")));
  if (const std::uint64_t ticked = figures[kUser] + figures[kSystem];
      place.threads == 1 && schedstat >> nanoseconds) {
    figures[kSystem] += std::max(nanoseconds / 1000, ticked) - ticked;
  }
  return figures;
}

}  // namespace majuscule
