// SPDX-License-Identifier: MIT
// Parses structured dictionaries (RFC 8941, 4.2) and keeps one integer. Each function consumes the element it
// is named for from the front of the text. It returns false when the text does not begin with one.
#include "http/priority.hpp"

#include <cassert>
#include <optional>
#include <string_view>

#include "http/characters.hpp"

namespace majuscule {
namespace {

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_alpha(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
constexpr bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

class Dictionary {
 public:
  explicit Dictionary(std::string_view text) : text_(text) {}

  /// Parses the whole dictionary. `urgency` becomes the last integer under the key `u`, or nothing if that
  /// value is no integer.
  bool take(std::optional<int>& urgency) {
    skip(" ");
    while (!text_.empty()) {
      const std::string_view key = take_key();
      if (key.empty()) return false;
      std::optional<int> value;
      if (!(take('=') ? take_member(value) : take_parameters())) return false;
      if (key == "u") urgency = value;
      skip(" \t");
      if (text_.empty()) return true;
      if (!take(',')) return false;
      skip(" \t");
      if (text_.empty()) return false;  // a comma at the end
    }
    return true;
  }

 private:
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void skip(std::string_view set) {
    while (!text_.empty() && is_one_of(text_.front(), set)) text_.remove_prefix(1);
  }
  template <typename Is>
  std::string_view take_while(Is is) {
    std::size_t n = 0;
    while (n < text_.size() && is(text_[n])) ++n;
    const std::string_view taken = text_.substr(0, n);
    text_.remove_prefix(n);
    return taken;
  }

  std::string_view take_key() {
    if (text_.empty() || !(is_lower(text_.front()) || text_.front() == '*')) return {};
    return take_while([](char c) { return is_lower(c) || is_digit(c) || is_one_of(c, "_-.*"); });
  }
  bool take_member(std::optional<int>& value) { return take('(') ? take_inner_list() : take_item(value); }
  bool take_inner_list() {
    for (;;) {
      skip(" ");
      if (take(')')) return take_parameters();
      std::optional<int> ignored;
      if (!take_item(ignored)) return false;
      if (text_.empty() || !is_one_of(text_.front(), " )")) return false;
    }
  }
  bool take_item(std::optional<int>& value) { return take_bare_item(value) && take_parameters(); }
  bool take_parameters() {
    while (take(';')) {
      skip(" ");
      std::optional<int> ignored;
      if (take_key().empty() || (take('=') && !take_bare_item(ignored))) return false;
    }
    return true;
  }

  bool take_bare_item(std::optional<int>& value) {
    if (text_.empty()) return false;
    if (text_.front() == '-' || is_digit(text_.front())) return take_number(value);
    if (take('"')) return take_string();
    if (take('?')) return take('0') || take('1');
    if (take(':')) {
      take_while([](char c) { return is_alpha(c) || is_digit(c) || is_one_of(c, "+/="); });
      return take(':');
    }
    if (!is_alpha(text_.front()) && text_.front() != '*') return false;
    take_while([](char c) { return is_alpha(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-.^_`|~:/"); });
    return true;
  }
  bool take_number(std::optional<int>& value) {
    const bool negative = take('-');
    const std::string_view whole = take_while(is_digit);
    if (whole.empty() || whole.size() > 15) return false;
    if (take('.')) {
      const std::string_view fraction = take_while(is_digit);
      return whole.size() <= 12 && !fraction.empty() && fraction.size() <= 3;
    }
    const std::size_t first = whole.find_first_not_of('0');
    const std::string_view digits = first == std::string_view::npos ? "0" : whole.substr(first);
    if (digits.size() == 1 && (!negative || digits == "0")) value = digits.front() - '0';
    return true;
  }
  bool take_string() {
    while (!text_.empty() && text_.front() != '"') {
      const bool escaped = take('\\');
      if (text_.empty() || text_.front() < ' ' || text_.front() > '~') return false;
      if (escaped && !is_one_of(text_.front(), "\"\\")) return false;
      text_.remove_prefix(1);
    }
    return take('"');
  }

  std::string_view text_;
};

}  // namespace

// Several fields are one dictionary, as if joined by commas (RFC 8941, 4.2).
unsigned urgency(const Request& request) {
  std::optional<int> urgency;
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto [name, value] = request.headers[i];
    if (equals_ignoring_case(name, "priority") && !Dictionary(value).take(urgency)) return kDefaultUrgency;
  }
  assert(!urgency || *urgency >= 0);
  return urgency && *urgency <= 7 ? static_cast<unsigned>(*urgency) : kDefaultUrgency;
}

}  // namespace majuscule
