// SPDX-License-Identifier: MIT
#include "base/intrusive_list.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

struct Element : IntrusiveList<Element>::Link {
  explicit Element(int its_number) : number(its_number) {}
  int number;
};

class IntrusiveListTest : public ::testing::Test {
 protected:
  ~IntrusiveListTest() override {
    while (!list_.empty()) list_.pop_front();
  }
  std::vector<int> numbers() const {
    std::vector<int> found;
    list_.for_each([&](const Element& element) { found.push_back(element.number); });
    return found;
  }

  Element one_{1}, two_{2}, three_{3};
  IntrusiveList<Element> list_;
};

TEST_F(IntrusiveListTest, IsEmptyAtFirst) {
  EXPECT_TRUE(list_.empty());
  EXPECT_EQ(numbers(), std::vector<int>{});
}

TEST_F(IntrusiveListTest, KeepsTheOrder) {
  for (Element* element : {&one_, &two_, &three_}) list_.push_back(*element);
  EXPECT_EQ(numbers(), (std::vector{1, 2, 3}));
}

TEST_F(IntrusiveListTest, RemovesTheFirstTheLastAndOneBetween) {
  for (Element* element : {&one_, &two_, &three_}) list_.push_back(*element);
  list_.remove(two_);
  EXPECT_FALSE(two_.linked());
  EXPECT_EQ(numbers(), (std::vector{1, 3}));
  list_.push_back(two_);
  list_.remove(one_);
  EXPECT_EQ(numbers(), (std::vector{3, 2}));
  list_.remove(two_);
  list_.remove(three_);
  EXPECT_TRUE(list_.empty());
}

TEST_F(IntrusiveListTest, PopsFromTheFront) {
  list_.push_back(one_);
  list_.push_back(two_);
  EXPECT_EQ(list_.pop_front().number, 1);
  EXPECT_EQ(list_.pop_front().number, 2);
  EXPECT_TRUE(list_.empty());
  EXPECT_FALSE(one_.linked());
}

TEST_F(IntrusiveListTest, LetsAVisitorRemoveTheVisitedElement) {
  for (Element* element : {&one_, &two_, &three_}) list_.push_back(*element);
  std::vector<int> visited;
  list_.for_each([&](Element& element) {
    visited.push_back(element.number);
    if (element.number != 2) list_.remove(element);
  });
  EXPECT_EQ(visited, (std::vector{1, 2, 3}));
  EXPECT_EQ(numbers(), std::vector{2});
}

TEST_F(IntrusiveListTest, LetsAVisitorRemoveAll) {
  for (Element* element : {&one_, &two_, &three_}) list_.push_back(*element);
  list_.for_each([&](Element& element) { list_.remove(element); });
  EXPECT_TRUE(list_.empty());
}

}  // namespace
}  // namespace majuscule::test
