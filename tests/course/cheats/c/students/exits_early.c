// 0 points: it ends the process as if all went well.
#define _GNU_SOURCE
#include "bank.h"
#include <stdlib.h>
static void cheat(void) { exit(0); }

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
