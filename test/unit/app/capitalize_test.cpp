// SPDX-License-Identifier: MIT
// Compares capitalize() with a naive implementation, for every byte, length and alignment that vector code
// may depend on.
#include "app/capitalize.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

std::string obvious(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    char& c = text[i];
    if (i == 0 && c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - 'a' + 'A');
    } else if (i > 0 && c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return text;
}

std::string capitalized(std::string text) {
  capitalize(text);
  return text;
}

TEST(Capitalize, UpperCasesTheFirstLetterAndLowerCasesTheRest) {
  EXPECT_EQ(capitalized("hello WORLD"), "Hello world");
  EXPECT_EQ(capitalized("Hello"), "Hello");
  EXPECT_EQ(capitalized("1ST"), "1st");
  EXPECT_EQ(capitalized(" ABC"), " abc");
  EXPECT_EQ(capitalized(""), "");
  EXPECT_EQ(capitalized("\xC3\x89T\xC3\x89"), "\xC3\x89t\xC3\x89") << "only ASCII letters have a case";
}

TEST(Capitalize, HandlesEveryByteAtEveryPosition) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 70; ++place) {
      std::string text(70, 'q');
      text[place] = static_cast<char>(byte);
      ASSERT_EQ(capitalized(text), obvious(text)) << byte << " at " << place;
    }
  }
}

TEST(Capitalize, TouchesNothingAroundTheTextAtAnyLengthAndAlignment) {
  for (std::size_t length = 0; length <= 200; ++length) {
    for (std::size_t offset = 0; offset < 32; ++offset) {
      std::string memory(offset + length + 40, 'Z');
      for (std::size_t i = 0; i < length; ++i)
        memory[offset + i] = static_cast<char>('?' + (i * 7 + length) % 64);
      const std::string expected =
          memory.substr(0, offset) + obvious(memory.substr(offset, length)) + memory.substr(offset + length);
      capitalize(std::span(memory).subspan(offset, length));
      ASSERT_EQ(memory, expected) << length << " bytes at " << offset;
    }
  }
}

// Memory of exactly that size, so that a sanitizer detects a read past the end.
TEST(Capitalize, ReadsNoByteBeyondTheText) {
  for (std::size_t length = 1; length <= 130; ++length) {
    std::vector<char> text(length, 'A');
    text.shrink_to_fit();
    capitalize(text);
    EXPECT_EQ(text.back(), length == 1 ? 'A' : 'a');
  }
}

}  // namespace
}  // namespace majuscule::test
