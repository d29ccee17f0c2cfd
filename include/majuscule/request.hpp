// SPDX-License-Identifier: MIT
// One request as the service sees it: whole, checked, with its framing gone (RFC 9112).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace majuscule {

enum class Method : std::uint8_t {
  kRaw,  ///< not HTTP: a message of the raw protocol, all of it in Request::body
  kGet,
  kHead,
  kPost,
  kConnect,
  kOptions,
  kOther,  ///< a registered method that nothing here gives a meaning
};

/// Case-insensitive comparison of ASCII text, as field names want it (RFC 9110, 5.1).
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// The header section: one block of text and where each field lies in it. Reusable without allocating.
class Headers {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;  ///< without the white space around it
  };

  std::size_t size() const { return fields_.size(); }
  /// The i-th field as it came, 0 <= i < size(). Valid until the next change.
  Field operator[](std::size_t i) const;
  /// The value of the first field of that name in any case; empty when there is none.
  std::string_view find(std::string_view name) const;
  /// How many bytes of memory it holds, used or not.
  std::size_t capacity() const { return text_.capacity() + fields_.capacity() * sizeof(Place); }

  // For the parser: text may come in pieces; a piece of a name after a value begins the next field.
  void clear();
  void append_name(std::string_view piece);
  void append_value(std::string_view piece);

 private:
  struct Place {
    std::uint32_t name = 0;  // where it begins in text_; the value follows the name
    std::uint32_t name_length = 0;
    std::uint32_t value_length = 0;
    bool has_value = false;
  };
  std::string text_;
  std::vector<Place> fields_;
};

struct Request {
  Method method = Method::kRaw;
  std::string_view method_name;  ///< "GET"; static storage
  int minor_version = 1;         ///< HTTP/1.x
  bool keep_alive = false;       ///< the client would keep the connection (RFC 9112, 9.3)
  std::string target;            ///< the request-target as it came
  Headers headers;
  std::string body;  ///< decoded; the service may move it into the reply and change it in place

  /// The path and the query of the target, not percent-decoded; the query without its `?`.
  std::string_view path() const { return std::string_view(target).substr(path_begin, path_length); }
  std::string_view query() const { return std::string_view(target).substr(query_begin); }

  std::size_t path_begin = 0;
  std::size_t path_length = 0;
  std::size_t query_begin = 0;

  /// Makes it ready for the next message; keeps the memory.
  void clear();
};

}  // namespace majuscule
