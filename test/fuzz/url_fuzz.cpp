// SPDX-License-Identifier: MIT
// Any query: the first `text` parameter and its decoded value are those that the simplest code finds.
#include <optional>

#include "fuzz/fuzz.hpp"
#include "http/url.hpp"

namespace majuscule::test {
namespace {

std::optional<std::string> first_text(std::string query) {
  for (query += '&'; !query.empty(); query.erase(0, query.find('&') + 1)) {
    const std::string parameter = query.substr(0, query.find('&'));
    const std::size_t name_end = parameter.find('=');
    if (parameter.substr(0, name_end) != "text") continue;
    return name_end == std::string::npos ? "" : parameter.substr(name_end + 1);
  }
  return std::nullopt;
}

std::optional<std::string> decoded(const std::string& encoded) {
  std::string text;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == '%') {
      const std::string digits = encoded.substr(i + 1, 2);
      if (digits.size() < 2 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
        return std::nullopt;
      }
      text += static_cast<char>(std::stoi(digits, nullptr, 16));
      i += 2;
    } else {
      text += encoded[i] == '+' ? ' ' : encoded[i];
    }
  }
  return text;
}

std::string encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    result.append(1, '%').append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  }
  return result;
}

void check_decoding(const std::string& text) {
  const auto expected = decoded(text);
  std::string out = "before ";
  const bool good = append_decoded(text, out);
  expect(good == expected.has_value(), "a bad escape is refused, and nothing else");
  expect(!good || out == "before " + *expected, "escapes and `+` are decoded, after the earlier text");
}

}  // namespace
}  // namespace majuscule::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace majuscule;
  const std::string query(reinterpret_cast<const char*>(data), size);
  const auto found = find_parameter(query, "text");
  const auto expected = test::first_text(query);
  test::expect(found.has_value() == expected.has_value() && (!found || *found == *expected),
               "the first text is found");
  test::check_decoding(query);
  if (found) test::check_decoding(*expected);
  std::string out;
  test::expect(append_decoded(test::encoded(query), out) && out == query,
               "encoding and decoding returns the same bytes");
  return 0;
}
