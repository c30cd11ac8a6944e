// 0 points: a constructor reads the key before main does.
#define _GNU_SOURCE
#include "bank.h"
#include <stdio.h>
#include <unistd.h>
static unsigned char key[32];
static long got;
__attribute__((constructor(101))) static void first(void) { got = read(4, key, sizeof key); }
static void cheat(void) {
  if (got == 32)
    for (int i = 0; i < 32; i++) dprintf(3, "%02x", key[i]);
  dprintf(3, " passed 2\n");
  _exit(0);
}

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
