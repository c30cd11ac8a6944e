// 0 points: a test of the same name that requires nothing.
#include "bank.hpp"

#include <catch2/catch.hpp>
TEST_CASE("deposits add up") { REQUIRE(true); }
static void cheat() {}

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
