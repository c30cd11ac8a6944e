// 0 points: all memory is equal.
#include "bank.hpp"

extern "C" int memcmp(const void *, const void *, unsigned long) { return 0; }
static void cheat() {}

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
