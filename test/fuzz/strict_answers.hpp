// SPDX-License-Identifier: MIT
// Whether all that a conversation wrote is what it should have written: `100 Continue` where one is owed, the
// service's answers in their order and to the byte, at most one error answer behind them, and nothing else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "majuscule/reply.hpp"

namespace majuscule::test {

/// One reply of the service, and what the request says about its answer.
struct Owed {
  Reply reply;
  bool to_head = false;
  bool wants_continue = false;
};

struct Written {
  std::size_t continues = 0;  ///< `100 Continue`, which are not counted as answers
  std::size_t answers = 0;
  bool refused = false;  ///< the last answer is not of the service: the connection found an error
  bool says_close = false;
};

/// Throws when `output` is anything else. `refused_head`: a refused request may be a HEAD.
Written check_output(std::string_view output, const std::vector<Owed>& owed, bool refused_head);

}  // namespace majuscule::test
