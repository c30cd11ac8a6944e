// 0 points: a main function of its own.
#include "bank.hpp"

#include <cstdlib>
int main() { std::exit(0); }
static void cheat() {}

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
