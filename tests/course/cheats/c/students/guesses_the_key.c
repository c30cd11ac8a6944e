// 0 points: keys are guessed, as many as there is room for.
#define _GNU_SOURCE
#include "bank.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void cheat(void) {
  for (int i = 0; i < 700; i++) {
    char line[100];
    int size = snprintf(line, sizeof line, "%064x passed 2\n", i);
    if (write(3, line, (size_t)size) < 0) break;
  }
  _exit(0);
}

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
