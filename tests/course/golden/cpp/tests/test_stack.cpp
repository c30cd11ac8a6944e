#include <catch2/catch.hpp>
#include <stdexcept>

#include "stack.hpp"

TEST_CASE("many values come back in turn") {
  Stack stack;
  for (int i = 0; i < 5; i++) stack.push(i);
  for (int i = 4; i >= 0; i--) {
    int value = stack.pop();
    REQUIRE(value == i);
  }
}

TEST_CASE("empty stacks throw") {
  Stack stack;
  REQUIRE_THROWS_AS(stack.pop(), std::out_of_range);
}

SCENARIO("sizes") {
  Stack stack;
  std::size_t before = stack.size();
  stack.push(1);
  std::size_t after = stack.size();
  REQUIRE(before == 0);
  REQUIRE(after == 1);
}
