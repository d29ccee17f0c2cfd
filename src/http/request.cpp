// SPDX-License-Identifier: MIT
#include "majuscule/request.hpp"

#include <algorithm>
#include <cassert>

#include "http/characters.hpp"

namespace majuscule {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

Headers::Field Headers::operator[](std::size_t i) const {
  assert(i < size());
  const FieldPosition& position = fields_[i];
  const std::string_view text(text_);
  return {text.substr(position.name, position.name_length),
          trim(text.substr(position.name + position.name_length, position.value_length))};
}

std::string_view Headers::find(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i) {
    const Field field = (*this)[i];
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

void Headers::clear() {
  text_.clear();
  fields_.clear();
}

void Headers::append_name(std::string_view piece) {
  if (fields_.empty() || fields_.back().has_value) {
    fields_.push_back({static_cast<std::uint32_t>(text_.size()), 0, 0, false});
  }
  text_.append(piece);
  fields_.back().name_length += static_cast<std::uint32_t>(piece.size());
}

void Headers::append_value(std::string_view piece) {
  assert(!fields_.empty());  // a name came before it
  text_.append(piece);
  fields_.back().value_length += static_cast<std::uint32_t>(piece.size());
  fields_.back().has_value = true;
}

void Request::clear() {
  method = Method::kRaw;
  method_name = {};
  minor_version = 1;
  keep_alive = false;
  target.clear();
  headers.clear();
  body.clear();
  path_begin = path_length = query_begin = 0;
}

}  // namespace majuscule
