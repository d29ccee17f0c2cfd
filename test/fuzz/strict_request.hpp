// SPDX-License-Identifier: MIT
// A second reading of requests, as simple and as strict as RFC 9112 lets it be, to hold the parser against:
// whatever is taken must read the same here. It keeps no state and wants the whole stream at once.
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
  bool may_keep_alive = false;  ///< false: the connection must end behind the answer
  bool wants_continue = false;  ///< it is owed a `100 Continue`
  bool is_plain = false;        ///< nothing about it but its size can be a reason to refuse it
  std::size_t head_size = 0;
};

/// Without the empty lines before a request.
std::string_view skip_empty_lines(std::string_view bytes);

/// Takes the first request off `bytes`. None, and nothing taken, when it is not whole or not well-formed.
std::optional<StrictRequest> take_request(std::string_view& bytes);

/// Whether both say the same.
bool same(const StrictRequest& expected, const Request& request);

}  // namespace majuscule::test
