// SPDX-License-Identifier: MIT
// The catalogue of requests whose framing cannot be trusted, each with the status that it deserves. After any
// of them the connection closes, and nothing behind it is looked at.
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
