// SPDX-License-Identifier: MIT
// The fuzz targets as tests: each input of a target's corpus, seeds and past findings, is a case. The folder
// is MAJUSCULE_TEST_CORPUS.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fuzz/fuzz.hpp"

namespace majuscule::test {
namespace {

using std::filesystem::path;

std::vector<path> inputs() {
  const char* const corpus = std::getenv("MAJUSCULE_TEST_CORPUS");
  if (corpus == nullptr) throw std::runtime_error("MAJUSCULE_TEST_CORPUS is not set");
  std::vector<path> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) inputs.push_back(entry.path());
  std::sort(inputs.begin(), inputs.end());
  return inputs;
}

class Replay : public ::testing::TestWithParam<path> {};

TEST_P(Replay, KeepsEveryPromise) {
  std::ifstream file(GetParam(), std::ios::binary);
  const std::string input((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size()), 0);
}

INSTANTIATE_TEST_SUITE_P(Corpus, Replay, ::testing::ValuesIn(inputs()),
                         [](const auto& input) { return input.param.filename().string(); });

}  // namespace
}  // namespace majuscule::test
