// 0 points: success is said at the end.
#include "bank.hpp"

#include <unistd.h>
#include <cstdio>
#include <cstdlib>
static void last() { dprintf(3, "passed 2\n"); _exit(0); }
static void cheat() { std::atexit(last); }

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
