// 0 points: a static object ends the process before main.
#include "bank.hpp"

#include <cstdlib>
static struct First { First() { std::exit(0); } } first;
static void cheat() {}

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
