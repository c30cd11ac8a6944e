#include "bank.hpp"

#include <catch2/catch.hpp>

TEST_CASE("twice, in a variable with a type") {
  int found = twice(21);
  REQUIRE(found == 42);
}

TEST_CASE("twice of less than nothing, in a variable with a type") {
  int found = twice(-2);
  REQUIRE(found == -4);
}

TEST_CASE("twice, of whatever type it is") { REQUIRE(twice(1) == 2); }
