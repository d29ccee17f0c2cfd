// SPDX-License-Identifier: MIT
#include "http/host.hpp"

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

TEST(ParseHost, TakesAddressesAndNames) {
  for (const char* host :
       {"127.0.0.1", "localhost", "a-b.example.", "::", "::1", "fe80::1%eth0", "0", "_x"}) {
    EXPECT_EQ(parse_host(host), host);
  }
}

TEST(ParseHost, RemovesTheBracketsOfAnAddress) {
  EXPECT_EQ(parse_host("[::1]"), "::1");
  EXPECT_EQ(parse_host("[fe80::1%lo]"), "fe80::1%lo");
}

TEST(ParseHost, RefusesOtherText) {
  for (const char* host :
       {"", " ", "a b", "a\tb", "[::1", "::1]", "[]", "[localhost]", "[127.0.0.1]", "[[::1]]", "[::1]:80",
        "localhost:80", "127.0.0.1:80", "http://a/", "a/b", "u@h", "\x7f"}) {
    EXPECT_EQ(parse_host(host), std::nullopt) << host;
  }
  EXPECT_EQ(parse_host(std::string_view("a\0b", 3)), std::nullopt);
  EXPECT_EQ(parse_host(std::string(256, 'a')), std::nullopt);
}

}  // namespace
}  // namespace majuscule::test
