// SPDX-License-Identifier: MIT
// The program of all black-box tests: `black_box [SUBJECT] [options of GoogleTest]`. A subject is a file of
// tests, such as conformance/raw; without one all tests run. A run without tests fails, so that a mistyped
// subject or filter does not look like success.
#include <iostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

bool is_of(const ::testing::TestSuite& suite, std::string_view subject) {
  const std::string file = "/" + std::string(subject) + "_test.cpp";
  return suite.total_test_count() > 0 && std::string_view(suite.GetTestInfo(0)->file()).ends_with(file);
}

/// Excludes the suites of other subjects, and applies the caller's filter to those of `subject`.
void select(std::string_view subject) {
  const ::testing::UnitTest& all = *::testing::UnitTest::GetInstance();
  std::string filter = GTEST_FLAG_GET(filter);
  filter += filter.find('-') == std::string::npos ? '-' : ':';
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const ::testing::TestSuite& suite = *all.GetTestSuite(i);
    if (!is_of(suite, subject)) {
      filter += std::string(suite.name()) + ".*:";
    }
  }
  GTEST_FLAG_SET(filter, filter);
}

int run(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc > 2) {
    std::cerr << argv[2] << ": expected at most one subject\n";
    return 2;
  }
  if (argc == 2) {
    select(argv[1]);
  }
  const int result = RUN_ALL_TESTS();
  // A mode that cannot run here has no tests.
  if (::testing::UnitTest::GetInstance()->test_to_run_count() == 0 && !mode_names().empty()) {
    std::cerr << "no test matches\n";
    return 1;
  }
  return result;
}

}  // namespace
}  // namespace majuscule::test

int main(int argc, char** argv) { return majuscule::test::run(argc, argv); }
