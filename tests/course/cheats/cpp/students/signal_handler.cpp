// 0 points: it dies of a signal that it handles.
#include "bank.hpp"

#include <unistd.h>
#include <csignal>
static void handler(int) { _exit(0); }
static void cheat() { std::signal(SIGSEGV, handler); *(volatile int *)8 = 1; }

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
