// 0 points: what is thrown is nothing that a framework knows.
#include "bank.hpp"

struct Odd {};
static void cheat() { throw Odd(); }

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
