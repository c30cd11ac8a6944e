// 0 points: what starts the tests is its own.
#include "bank.hpp"

#include <cstdlib>
extern "C" int judge_main(int, char **) { std::exit(0); }
extern "C" int judge_catch_main(int, char **) { return 0; }
static void cheat() {}

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
