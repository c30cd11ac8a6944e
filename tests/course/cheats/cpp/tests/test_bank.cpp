#include <catch2/catch.hpp>
#include <stdexcept>

#include "bank.hpp"

TEST_CASE("deposits add up") {
  Account account("me");
  account.deposit(40);
  account.deposit(2);
  REQUIRE(account.balance() == 42);
}

TEST_CASE("owners have names") {
  Account account("you");
  REQUIRE(account.owner() == "you");
  REQUIRE(account.owner() == std::string("you"));
}

TEST_CASE("less than nothing is refused") {
  Account account("me");
  REQUIRE_THROWS_AS(account.deposit(-1), std::invalid_argument);
}
