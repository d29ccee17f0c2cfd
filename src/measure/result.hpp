// SPDX-License-Identifier: MIT
// A run that has ended: its figures, and whether they may be believed. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "majuscule/instant.hpp"
#include "measure/load_config.hpp"
#include "measure/recorder.hpp"

namespace majuscule {

/// The least share of the offered rate that must have been achieved.
inline constexpr double kLeastShareOfRate = 0.99;
/// The most of its core that the client may use before it says that it was the limit.
inline constexpr double kMostClientCpu = 0.80;
/// The most that the client itself may be late, or stand still, before its figures are its own.
inline constexpr Duration kMostOwnLateness = std::chrono::milliseconds(250);

/// Whether the schedule of an open loop has so few requests that they say no rate.
bool too_few_for_rate(const LoadConfig& config);

struct Result {
  LoadConfig config;
  Recorder recorder;
  /// Open loop: until the schedule has ended and its last request is sent; of one with too few requests to
  /// say a rate, until the run ended. Closed loop: from the first send to the last answer, on the average of
  /// the connections.
  Duration took{0};
  std::uint64_t unsent = 0;   ///< requests of the schedule for which it was too late in the end
  std::size_t idle_lost = 0;  ///< of the silent clients, those that the server let go
  /// Of one core, without the time in which it spun until a request was due; none: too short a run to tell.
  std::optional<double> client_cpu_share;
  std::string cut_short;               ///< why it ended before its time; empty: it did not
  std::vector<std::string> addresses;  ///< HOST:PORT of those to which connections were made

  double seconds() const { return std::chrono::duration<double>(took).count(); }
  /// Good answers a second; none: nothing was measured, or the schedule had too few requests to say one.
  std::optional<double> requests_per_second() const;

  /// Why the figures are not to be believed; none: they are.
  std::vector<std::string> invalid_reasons() const;
  /// What is true and must be known to read them.
  std::vector<std::string> notes() const;
};

}  // namespace majuscule
