// 0 points: memory comes from an operator of its own.
#include "bank.hpp"

#include <cstdlib>
#include <new>
void *operator new(std::size_t size) { std::exit(0); }
static void cheat() {}

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
