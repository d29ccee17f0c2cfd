// SPDX-License-Identifier: MIT
// A second parser of requests, as simple and as strict as RFC 9112 permits, to compare with the real one:
// every accepted request must parse the same here. It keeps no state and needs the whole stream at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "majuscule/request.hpp"

namespace majuscule::test {

struct StrictRequest {
  std::string_view method;
  std::string_view target;
  int minor_version = 1;
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  std::string body;
  bool may_keep_alive = false;  ///< false: the connection must close after the answer
  bool wants_continue = false;  ///< it must get a `100 Continue`
  bool is_plain = false;        ///< it can be refused only because of its size
  std::size_t head_size = 0;
};

/// Skips the empty lines before a request.
std::string_view skip_empty_lines(std::string_view bytes);

/// Takes the first request off `bytes`. Returns nothing and takes nothing when it is incomplete or malformed.
std::optional<StrictRequest> take_request(std::string_view& bytes);

/// Returns whether both say the same.
bool same(const StrictRequest& expected, const Request& request);

}  // namespace majuscule::test
