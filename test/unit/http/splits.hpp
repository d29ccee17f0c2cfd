// SPDX-License-Identifier: MIT
// All ways to feed a message: whole, byte by byte, in two parts at every position, and each of these with
// bytes after it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace majuscule::test {

using Pieces = std::vector<std::string_view>;

/// Calls `feed` with each split of `bytes`, until a test fails.
inline void for_each_split(std::string_view bytes, const std::function<void(const Pieces&)>& feed) {
  const auto try_split = [&](const Pieces& pieces) {
    if (::testing::Test::HasFailure()) return;
    SCOPED_TRACE(std::to_string(pieces.size()) + " pieces, the first of " +
                 std::to_string(pieces.front().size()) + " bytes; " + std::to_string(bytes.size()) +
                 " in all");
    feed(pieces);
  };
  try_split({bytes});
  Pieces single;
  for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(bytes.substr(i, 1));
  try_split(single);
  for (std::size_t i = 1; i < bytes.size(); ++i) try_split({bytes.substr(0, i), bytes.substr(i)});
}

/// What may follow a message: nothing, a request, the rest of a line, an empty line, and garbage.
inline const std::vector<std::string_view>& things_behind() {
  using namespace std::string_view_literals;
  static const std::vector<std::string_view> kThings = {""sv, "GET /second HTTP/1.1\r\nHost: a\r\n\r\n"sv,
                                                        "x\r\n\r\n"sv, "\r\n"sv, "\0\xFF :"sv};
  return kThings;
}

}  // namespace majuscule::test
