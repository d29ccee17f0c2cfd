// SPDX-License-Identifier: MIT
// The result of a run: its figures, and whether they are valid. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "majuscule/instant.hpp"
#include "measure/load_config.hpp"
#include "measure/recorder.hpp"

namespace majuscule {

/// The smallest valid share of the offered rate.
inline constexpr double kLeastShareOfRate = 0.99;
/// The largest share of its core that the client may use before a note says that it was the bottleneck.
inline constexpr double kMostClientCpu = 0.80;
/// How late the client may be, or how long it may stand still, before its figures are invalid.
inline constexpr Duration kMostOwnLateness = std::chrono::milliseconds(250);

/// Returns whether the schedule of an open loop has too few requests to define a rate.
bool too_few_for_rate(const LoadConfig& config);

struct Result {
  LoadConfig config;
  Recorder recorder;
  /// Open loop: until the schedule has ended and its last request is sent; with too few requests to define a
  /// rate, until the run has ended. Closed loop: from the first send to the last answer, averaged over the
  /// connections.
  Duration took{0};
  std::uint64_t unsent = 0;   ///< scheduled requests that were not sent before the run ended
  std::size_t idle_lost = 0;  ///< silent clients that the server closed
  /// Share of one core, without the time spent spinning; none: the run was too short to tell.
  std::optional<double> client_cpu_share;
  std::string cut_short;               ///< why it ended early; empty: it did not
  std::vector<std::string> addresses;  ///< HOST:PORT of each address that a connection was made to

  double seconds() const { return std::chrono::duration<double>(took).count(); }
  /// Returns good answers a second; nothing when none was measured or the schedule has too few requests to
  /// define a rate.
  std::optional<double> requests_per_second() const;

  /// Returns why the figures are invalid; empty: they are valid.
  std::vector<std::string> invalid_reasons() const;
  /// Returns remarks that are needed to interpret the figures.
  std::vector<std::string> notes() const;
};

}  // namespace majuscule
