// SPDX-License-Identifier: MIT
// Finding and decoding query parameters.
#include "http/url.hpp"

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

using namespace std::string_literals;

std::optional<std::string> decoded(std::string_view encoded) {
  std::string out;
  if (!append_decoded(encoded, out)) return std::nullopt;
  return out;
}

TEST(FindParameter, FindsTheFirstOfTheName) {
  EXPECT_EQ(find_parameter("text=a", "text"), "a");
  EXPECT_EQ(find_parameter("a=b&text=c&text=d", "text"), "c");
  EXPECT_EQ(find_parameter("&&text=c&", "text"), "c");
  EXPECT_EQ(find_parameter("text=a=b", "text"), "a=b");
  EXPECT_EQ(find_parameter("text=%20+", "text"), "%20+") << "not decoded";
}

TEST(FindParameter, DistinguishesEmptyFromMissing) {
  EXPECT_EQ(find_parameter("text=", "text"), "");
  EXPECT_EQ(find_parameter("text", "text"), "");
  EXPECT_EQ(find_parameter("a&text&b", "text"), "");
  EXPECT_EQ(find_parameter("text&text=a", "text"), "") << "the first counts";
  EXPECT_EQ(find_parameter("", "text"), std::nullopt);
  EXPECT_EQ(find_parameter("a=text", "text"), std::nullopt);
  EXPECT_EQ(find_parameter("texts=a&tex=b&Text=c&=text", "text"), std::nullopt);
}

TEST(AppendDecoded, DecodesEscapesAndPlus) {
  EXPECT_EQ(decoded(""), "");
  EXPECT_EQ(decoded("hello+WORLD%21"), "hello WORLD!");
  EXPECT_EQ(decoded("%2b%2B%25"), "++%");
  EXPECT_EQ(decoded("%00%ff"), "\0\xFF"s);
  EXPECT_EQ(decoded("a%2541"), "a%41") << "once";
}

TEST(AppendDecoded, DecodesEveryByte) {
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
  std::string encoded;
  std::string plain;
  for (std::size_t high = 0; high < kDigits.size(); ++high) {
    for (std::size_t low = 0; low < kDigits.size(); ++low) {
      encoded.append("%").append(1, kDigits[high]).append(1, kDigits[low]);
      const auto value = [](std::size_t i) { return i < 16 ? i : i - 6; };
      plain.push_back(static_cast<char>(value(high) * 16 + value(low)));
    }
  }
  EXPECT_EQ(decoded(encoded), plain);
}

TEST(AppendDecoded, RefusesABadEscape) {
  for (const char* bad :
       {"%", "a%", "%4", "a%4", "%g0", "%0g", "%%41", "%-1", "% 1", "%1 ", "%+1", "%0x", "ab%zz"}) {
    EXPECT_EQ(decoded(bad), std::nullopt) << bad;
  }
}

TEST(AppendDecoded, KeepsEarlierText) {
  std::string out = "before ";
  ASSERT_TRUE(append_decoded("%41fter", out));
  EXPECT_EQ(out, "before After");
}

}  // namespace
}  // namespace majuscule::test
