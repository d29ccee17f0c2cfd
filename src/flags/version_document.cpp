// SPDX-License-Identifier: MIT
#include "flags/version_document.hpp"

#include <nlohmann/json.hpp>

namespace majuscule {
namespace {

/// Returns the value of a line "NAME VALUE"; empty: no such line.
std::string_view line_value(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(name) && line.substr(name.size()).starts_with(' '))
      return line.substr(name.size() + 1);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return {};
}

/// Returns the value of a word "NAME=VALUE"; empty: no such word.
std::string_view option_value(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (word.starts_with(name) && word.substr(name.size()).starts_with('='))
      return word.substr(name.size() + 1);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return {};
}

}  // namespace

std::string version_document(std::string_view program, std::string_view version, std::string_view stamp,
                             const Libraries& libraries, const std::vector<std::string>& modes) {
  const std::string_view options = line_value(stamp, "options");
  nlohmann::ordered_json document = {
      {"program", program},
      {"version", version},
      {"commit", line_value(stamp, "commit")},
      {"built", line_value(stamp, "built")},
      {"compiler", option_value(options, "compiler")},
      {"build_type", option_value(options, "buildtype")},
      {"sanitizer", option_value(options, "sanitize")},
      {"options", options},
      {"libraries", nlohmann::ordered_json::object()},
  };
  for (const auto& [name, number] : libraries) document["libraries"][std::string(name)] = number;
  if (!modes.empty()) document["modes"] = modes;
  // A compiler option may contain any byte.
  return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace majuscule
