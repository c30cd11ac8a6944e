// 0 points: an object that is destroyed by a failed assertion ends the process.
#include "bank.hpp"

#include <unistd.h>
#include <exception>
struct Guard { ~Guard() { _exit(0); } };
static void cheat() { static thread_local Guard guard; }

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
