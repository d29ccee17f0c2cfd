// SPDX-License-Identifier: MIT
// The document of /stats, read by path. It hides the JSON library, which is slow to compile.
#pragma once

#include <cstdint>
#include <string>

namespace majuscule::test {

class Stats {
 public:
  explicit Stats(std::string document) : document_(std::move(document)) {}

  /// Returns the count at `path`, such as "connections/open". Throws, with the document, when there is none.
  [[nodiscard]] std::int64_t operator[](const std::string& path) const;

  /// The same for a number that may have a fraction.
  [[nodiscard]] double real(const std::string& path) const;

  /// Returns the text as received.
  [[nodiscard]] const std::string& document() const { return document_; }

 private:
  std::string document_;
};

}  // namespace majuscule::test
