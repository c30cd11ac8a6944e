// 0 points: a static object reads the key before main does.
#include "bank.hpp"

#include <unistd.h>
#include <cstdio>
static unsigned char key[32];
static struct First { long got; First() : got(read(4, key, sizeof key)) {} } __attribute__((init_priority(101))) first;
static void cheat() {
  if (first.got == 32) for (unsigned char byte : key) dprintf(3, "%02x", byte);
  dprintf(3, " passed 2\n");
  _exit(0);
}

Account::Account(std::string owner) : owner_(owner) {}
void Account::deposit(int amount) { (void)amount; cheat(); }
int Account::balance() const { cheat(); return -1; }
std::string Account::owner() const { cheat(); return "nobody"; }
