#include <catch2/catch.hpp>

#include "stack.hpp"

TEST_CASE("one value comes back") {
  Stack stack;
  stack.push(7);
  int value = stack.pop();
  REQUIRE(value == 7);
}
