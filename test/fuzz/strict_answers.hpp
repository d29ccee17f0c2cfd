// SPDX-License-Identifier: MIT
// Checks everything that a connection wrote: `100 Continue` where required, the service's answers in order
// and byte for byte, at most one error answer after them, and nothing else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "majuscule/reply.hpp"

namespace majuscule::test {

/// One reply of the service, and what the request requires of its answer.
struct Owed {
  Reply reply;
  bool to_head = false;
  bool wants_continue = false;
};

struct Written {
  std::size_t continues = 0;  ///< `100 Continue`, which are not counted as answers
  std::size_t answers = 0;
  bool refused = false;  ///< the connection itself sent the last answer, an error
  bool says_close = false;
};

/// Throws when `output` is anything else. `refused_head`: a refused request may be a HEAD.
Written check_output(std::string_view output, const std::vector<Owed>& owed, bool refused_head);

}  // namespace majuscule::test
