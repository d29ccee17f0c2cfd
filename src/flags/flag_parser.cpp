// SPDX-License-Identifier: MIT
#include "flags/flag_parser.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "base/units.hpp"

namespace majuscule {
namespace {

constexpr std::size_t kFormWidth = 22;  // of a flag in the help; a longer one gets its own line

/// CLI11's messages for a missing or repeated value do not say what would be right.
std::string in_our_words(const CLI::ParseError& e) {
  std::string what = e.what();
  const std::string flag = what.substr(0, what.find(':'));
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&e) == nullptr) return what;
  return what.find("At Most") == std::string::npos ? flag + ": expected a value"
                                                   : flag + ": given more than once";
}

}  // namespace

struct FlagParser::App {
  CLI::App cli;
};

FlagParser::FlagParser(std::string program) : program_(std::move(program)), app_(std::make_unique<App>()) {
  app_->cli.set_help_flag();
}

FlagParser::~FlagParser() = default;

void FlagParser::add_value(const std::string& name, std::string_view placeholder, std::string meaning,
                           std::string_view form, Take take, bool repeats) {
  const auto parse_value = [name, form = std::string(form), take = std::move(take)](const std::string& text) {
    if (!take(text)) throw CLI::ValidationError(fmt::format("{}={}: expected {}", name, text, form));
  };
  CLI::Option* const option = app_->cli.add_option_function<std::string>(name, parse_value);
  option->type_name(std::string(placeholder));
  if (repeats) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->trigger_on_parse();
  lines_.push_back({name + "=" + std::string(placeholder), std::move(meaning)});
}

void FlagParser::value(const std::string& name, std::string_view placeholder, std::string meaning,
                       std::string_view form, Take take) {
  add_value(name, placeholder, std::move(meaning), form, std::move(take), false);
}

void FlagParser::values(const std::string& name, std::string_view placeholder, std::string meaning,
                        std::string_view form, Take take) {
  add_value(name, placeholder, std::move(meaning), form, std::move(take), true);
}

void FlagParser::size(const std::string& name, std::string meaning, std::size_t& to) {
  value(name, "SIZE", std::move(meaning), kSizeForm, [&to](const std::string& text) {
    const auto size = parse_size(text);
    return size && *size > 0 && put(size, to);
  });
}

void FlagParser::duration(const std::string& name, std::string meaning, Duration& to) {
  value(name, "D", std::move(meaning), kDurationForm, [&to](const std::string& text) {
    const auto duration = parse_duration(text);
    return duration && *duration > Duration::zero() && put(duration, to);
  });
}

void FlagParser::flag(const std::string& name, std::string meaning, bool& to) {
  app_->cli.add_flag(name, to);
  if (!meaning.empty()) lines_.push_back({name, std::move(meaning)});
}

void FlagParser::printed(const std::string& name, Printed& to) {
  app_->cli.add_flag(name, to.wanted);
  printed_[name] = &to;
}

void FlagParser::positional(const std::string& name, std::string_view form, Take take) {
  has_positional_ = true;
  const auto parse_value = [form = std::string(form), take = std::move(take)](const std::string& text) {
    if (!take(text)) throw CLI::ValidationError(fmt::format("{}: expected {}", text, form));
  };
  app_->cli.add_option_function<std::string>(name, parse_value);
}

std::string FlagParser::parse(const std::vector<std::string>& arguments) {
  try {
    app_->cli.parse(words(arguments));
  } catch (const CLI::ExtrasError&) {
    return refusal(unexpected());
  } catch (const CLI::ParseError& e) {
    return refusal(in_our_words(e));
  }
  return {};
}

/// Passes name and value separately, so that CLI11 does not take the next argument for an empty value; in
/// reverse, as CLI11 expects.
std::vector<std::string> FlagParser::words(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.starts_with("--") ? argument.find('=') : std::string::npos;
    words.push_back(argument.substr(0, equals));
    if (const auto found = printed_.find(words.back());
        equals != std::string::npos && found != printed_.end()) {
      if (argument.substr(equals + 1) != "json") {
        throw CLI::ValidationError(argument + ": expected " + words.back() + " or " + words.back() + "=json");
      }
      found->second->json = true;
      continue;
    }
    if (const CLI::Option* flag = app_->cli.get_option_no_throw(words.back());
        equals != std::string::npos && flag != nullptr && flag->get_expected_max() == 0) {
      throw CLI::ValidationError(argument + ": " + words.back() + " takes no value");
    }
    if (equals != std::string::npos) words.push_back(argument.substr(equals + 1));
  }
  std::reverse(words.begin(), words.end());
  return words;
}

std::string FlagParser::unexpected() const {
  const std::string extra = app_->cli.remaining().front();
  if (extra.starts_with("-")) return fmt::format("{}: unknown option", extra.substr(0, extra.find('=')));
  return fmt::format(
      "{}: unexpected; {}", extra,
      has_positional_ ? "one URL is enough, and all options begin with --" : "all options begin with --");
}

std::string FlagParser::refusal(const std::string& what) const {
  std::string line = program_ + ": ";
  for (const char c : what) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f) {
      line += fmt::format("\\x{:02X}", byte);
    } else {
      line.push_back(c);
    }
  }
  return line + " (see --help)";
}

std::string FlagParser::help_lines() const {
  std::string text;
  for (const auto& [form, meaning] : lines_) {
    text += form.size() > kFormWidth ? fmt::format("  {}\n  {:{}} {}\n", form, "", kFormWidth, meaning)
                                     : fmt::format("  {:{}} {}\n", form, kFormWidth, meaning);
  }
  return text;
}

}  // namespace majuscule
