// 0 points: it jumps over the test.
#include "bank.hpp"

#include <csetjmp>
#include <cstdlib>
static std::jmp_buf before;
static struct First { First() { if (setjmp(before)) std::exit(0); } } first;
static void cheat() { std::longjmp(before, 1); }

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
