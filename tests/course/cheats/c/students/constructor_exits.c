// 0 points: it ends before main begins.
#define _GNU_SOURCE
#include "bank.h"
#include <stdlib.h>
__attribute__((constructor)) static void first(void) { exit(0); }
static void cheat(void) {}

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
