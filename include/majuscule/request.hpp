// SPDX-License-Identifier: MIT
// One request as the service sees it: complete, validated, without its framing (RFC 9112).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace majuscule {

enum class Method : std::uint8_t {
  kRaw,  ///< a message of the raw protocol, all of it in Request::body
  kGet,
  kHead,
  kPost,
  kConnect,
  kOptions,
  kOther,  ///< a registered method that this server does not implement
};

/// Compares ASCII text without case, as field names require (RFC 9110, 5.1).
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// The header section: one block of text and an index of its fields. Reuse does not allocate.
class Headers {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;  ///< without surrounding white space
  };

  std::size_t size() const { return fields_.size(); }
  /// Returns the i-th field as received, 0 <= i < size(). Valid until the next change.
  Field operator[](std::size_t i) const;
  /// Returns the value of the first field with that name, compared without case; empty when there is none.
  std::string_view find(std::string_view name) const;
  /// Returns how many bytes of memory are allocated, used or not.
  std::size_t capacity() const { return text_.capacity() + fields_.capacity() * sizeof(FieldPosition); }

  // For the parser. Text may come in pieces; a piece of a name after a value begins the next field.
  void clear();
  void append_name(std::string_view piece);
  void append_value(std::string_view piece);

 private:
  struct FieldPosition {
    std::uint32_t name = 0;  // its offset in text_; the value follows the name
    std::uint32_t name_length = 0;
    std::uint32_t value_length = 0;
    bool has_value = false;
  };
  std::string text_;
  std::vector<FieldPosition> fields_;
};

struct Request {
  Method method = Method::kRaw;
  std::string_view method_name;  ///< "GET"; static storage
  int minor_version = 1;         ///< HTTP/1.x
  bool keep_alive = false;       ///< the client keeps the connection open (RFC 9112, 9.3)
  std::string target;            ///< the request-target as received
  Headers headers;
  std::string body;  ///< decoded; the service may move it into the reply and change it in place

  /// Returns the path of the target, or its query without `?`; neither is percent-decoded.
  std::string_view path() const { return std::string_view(target).substr(path_begin, path_length); }
  std::string_view query() const { return std::string_view(target).substr(query_begin); }

  std::size_t path_begin = 0;
  std::size_t path_length = 0;
  std::size_t query_begin = 0;

  /// Clears it for the next message and keeps the memory.
  void clear();
};

}  // namespace majuscule
