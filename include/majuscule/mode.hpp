// SPDX-License-Identifier: MIT
// A concurrency model: a name, a line about it, what it shares, and how it waits.
#pragma once

#include <span>
#include <string_view>

#include "majuscule/options.hpp"

namespace majuscule {

class Server;  // net/server.hpp: the listeners, limits, service and shared state a model works with

/// Who touches the shared state; decides which guards a mode allows.
enum class Sharing : std::uint8_t { kOneThread, kThreads };

struct Mode {
  std::string_view name;
  std::string_view summary;  ///< one line
  Sharing sharing;
  /// Serves until the server is told to stop and has drained. Throws std::system_error if it cannot start.
  void (*run)(Server& server);
};

/// Every mode built in, in the order in which --list-modes prints them.
std::span<const Mode> modes();
/// The mode of that name, or null.
const Mode* find_mode(std::string_view name);

/// The guards that a way of sharing allows; the first is its default.
std::span<const Guard> allowed_guards(Sharing sharing);

}  // namespace majuscule
