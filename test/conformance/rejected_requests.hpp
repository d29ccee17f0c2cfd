// SPDX-License-Identifier: MIT
// Requests whose framing cannot be trusted, each with the status of its answer. After any of them the
// connection closes, and nothing after it is processed.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace majuscule::test {

struct Rejected {
  const char* name;
  std::string request;
  int status;
};

inline void PrintTo(const Rejected& rejected, std::ostream* out) { *out << rejected.name; }

[[nodiscard]] std::vector<Rejected> rejected_request_lines();
[[nodiscard]] std::vector<Rejected> rejected_headers();
[[nodiscard]] std::vector<Rejected> rejected_bodies();

}  // namespace majuscule::test
