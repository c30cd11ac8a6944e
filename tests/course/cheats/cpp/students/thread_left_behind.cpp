// 0 points: a thread would write later.
#include "bank.hpp"

#include <unistd.h>
#include <thread>
static void cheat() { std::thread([] { for (;;) if (write(3, "passed 2\n", 9) < 0) return; }).detach(); }

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
