// SPDX-License-Identifier: MIT
// GNU-style long options (`--name=value`, `--name value`) for every program of the project: each value goes
// through a parser of ours, so that each refusal names the flag and says what would be right, in one line.
// Its .cpp is the only file that includes CLI11.
#pragma once

#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "majuscule/instant.hpp"

namespace majuscule {

/// A decimal number from `least` to `most`, and nothing else.
template <typename Number>
std::optional<Number> parse_number(std::string_view text, Number least, Number most) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < least || number > most) return std::nullopt;
  return number;
}

/// Stores a value that there is; false when there is none.
template <typename From, typename To>
bool put(const std::optional<From>& value, To& to) {
  if (value) to = *value;
  return value.has_value();
}

/// What the command line asks to print, and in which form.
struct Printed {
  bool wanted = false;
  bool json = false;
};

class FlagParser {
 public:
  /// Stores a value, or says no.
  using Take = std::function<bool(const std::string&)>;

  /// `program`: its name, before each refusal.
  explicit FlagParser(std::string program);
  ~FlagParser();
  FlagParser(const FlagParser&) = delete;
  FlagParser& operator=(const FlagParser&) = delete;

  /// A flag that takes one value, described by `form` where it is refused.
  void value(const std::string& name, std::string_view placeholder, std::string meaning,
             std::string_view form, Take take);
  /// The same for one that may be given several times.
  void values(const std::string& name, std::string_view placeholder, std::string meaning,
              std::string_view form, Take take);
  /// A number of bytes from 1.
  void size(const std::string& name, std::string meaning, std::size_t& to);
  /// A duration longer than nothing.
  void duration(const std::string& name, std::string meaning, Duration& to);
  /// One without a value; without a `meaning` it is not in help_lines().
  void flag(const std::string& name, std::string meaning, bool& to);
  /// One that prints something, as text or with the value json as JSON; it is not in help_lines().
  void printed(const std::string& name, Printed& to);
  /// The one argument that is no flag.
  void positional(const std::string& name, std::string_view form, Take take);

  /// The line to print when the arguments (without the program's name) are wrong; else empty. Never throws
  /// for what they say.
  std::string parse(const std::vector<std::string>& arguments);

  /// The line for stderr that says so: one, whatever stands in the arguments.
  std::string refusal(const std::string& what) const;
  /// A line for each flag that has a meaning, in the order of their definition.
  std::string help_lines() const;

 private:
  struct Line {
    std::string form;
    std::string meaning;
  };
  struct App;

  void add_value(const std::string& name, std::string_view placeholder, std::string meaning,
                 std::string_view form, Take take, bool repeats);
  std::vector<std::string> words(const std::vector<std::string>& arguments) const;
  std::string unexpected() const;

  std::string program_;
  std::unique_ptr<App> app_;
  std::vector<Line> lines_;
  std::map<std::string, Printed*> printed_;
  bool has_positional_ = false;
};

}  // namespace majuscule
