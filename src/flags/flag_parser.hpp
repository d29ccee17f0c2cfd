// SPDX-License-Identifier: MIT
// GNU-style long options (`--name=value`, `--name value`) for every program of the project. Each refusal is
// one line that names the flag and says what would be right. Only its .cpp includes CLI11.
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

/// Parses a decimal number from `least` to `most`, and nothing else.
template <typename Number>
std::optional<Number> parse_number(std::string_view text, Number least, Number most) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < least || number > most) return std::nullopt;
  return number;
}

/// Stores the value of `from`; returns false when it has none.
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
  /// Stores a value, or returns false.
  using Take = std::function<bool(const std::string&)>;

  /// `program` is the name that begins each refusal.
  explicit FlagParser(std::string program);
  ~FlagParser();
  FlagParser(const FlagParser&) = delete;
  FlagParser& operator=(const FlagParser&) = delete;

  /// Adds a flag with one value; its refusal describes the value with `form`.
  void value(const std::string& name, std::string_view placeholder, std::string meaning,
             std::string_view form, Take take);
  /// Adds a flag with a value that may be given several times.
  void values(const std::string& name, std::string_view placeholder, std::string meaning,
              std::string_view form, Take take);
  /// Adds a flag for a number of bytes, at least 1.
  void size(const std::string& name, std::string meaning, std::size_t& to);
  /// Adds a flag for a duration above zero.
  void duration(const std::string& name, std::string meaning, Duration& to);
  /// Adds a flag without a value; without a `meaning` it is not in help_lines().
  void flag(const std::string& name, std::string meaning, bool& to);
  /// Adds a flag that prints something as text, or as JSON with the value json; it is not in help_lines().
  void printed(const std::string& name, Printed& to);
  /// Adds the one argument that is no flag.
  void positional(const std::string& name, std::string_view form, Take take);

  /// Parses the arguments after the program's name. Returns the line to print when they are wrong; empty
  /// otherwise. Never throws because of their contents.
  std::string parse(const std::vector<std::string>& arguments);

  /// Returns the refusal as one line for stderr, whatever the arguments contain.
  std::string refusal(const std::string& what) const;
  /// Returns a line for each flag with a meaning, in the order of definition.
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
