// SPDX-License-Identifier: MIT
// The Priority field (RFC 9218) as a dictionary of structured fields (RFC 8941).
#include "http/priority.hpp"

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

unsigned urgency_of(const std::vector<std::string>& fields) {
  Request request;
  for (const std::string& field : fields) {
    request.headers.append_name("pRIORITY");
    request.headers.append_value(field);
  }
  return urgency(request);
}

TEST(Urgency, IsThreeByDefault) {
  EXPECT_EQ(urgency_of({}), 3U);
  EXPECT_EQ(urgency_of({""}), 3U);
  EXPECT_EQ(urgency_of({"i"}), 3U);
  EXPECT_EQ(urgency(Request()), 3U);
}

TEST(Urgency, IsTheClientsValue) {
  for (unsigned u = 0; u <= 7; ++u) EXPECT_EQ(urgency_of({"u=" + std::to_string(u)}), u);
  EXPECT_EQ(urgency_of({"i, u=1"}), 1U);
  EXPECT_EQ(urgency_of({"u=1,i=?0"}), 1U);
  EXPECT_EQ(urgency_of({"u=1;a;b=\"x,u=7\" \t,\t i"}), 1U);
  EXPECT_EQ(urgency_of({"u=005"}), 5U);
  EXPECT_EQ(urgency_of({"u=-0"}), 0U);
}

TEST(Urgency, IsNotHiddenByOtherMembers) {
  EXPECT_EQ(urgency_of({R"(a=(1 "b" c;d=2);e, f=1.5, g=:aGk=:, h="\"u=7", *j=tok/en:*, k=?1, u=2)"}), 2U);
  EXPECT_EQ(urgency_of({"uu=7, u=2, u-u=6"}), 2U);
}

TEST(Urgency, IsTheLastValue) {
  EXPECT_EQ(urgency_of({"u=1, u=6"}), 6U);
  EXPECT_EQ(urgency_of({"u=1", "i", "u=0"}), 0U);
  EXPECT_EQ(urgency_of({"u=1, u=9"}), 3U);
  EXPECT_EQ(urgency_of({"u=1, u"}), 3U);
}

TEST(Urgency, OutOfRangeOrOfAnotherTypeIsThree) {
  for (const char* value :
       {"8", "-1", "99", "1000000000000000000", "1.0", "\"1\"", "one", "?1", "(1)", ":MQ==:"}) {
    EXPECT_EQ(urgency_of({std::string("u=") + value}), 3U) << value;
  }
  EXPECT_EQ(urgency_of({"u"}), 3U);
}

TEST(Urgency, OfAnInvalidDictionaryIsThree) {
  for (const char* field : {"u=1,",
                            "u=1 i",
                            "u=",
                            "=1",
                            "U=1",
                            "u=1, ,i",
                            "u=1;",
                            "u=1;=2",
                            "u=1, a=(1",
                            "u=1, a=(1,2)",
                            "u=1, a=\"x",
                            "u=1, a=\"\x7f\"",
                            "u=1, a=?2",
                            "u=1, a=:b",
                            "u=1, a=1.",
                            "u=1, a=1.2345",
                            "u=1, a=-",
                            "u=1, a=\\",
                            "u=1, a=1234567890123456",
                            "u =1",
                            "u= 1",
                            "1"}) {
    EXPECT_EQ(urgency_of({field}), 3U) << field;
  }
  EXPECT_EQ(urgency_of({"u=1", "?"}), 3U);
}

}  // namespace
}  // namespace majuscule::test
