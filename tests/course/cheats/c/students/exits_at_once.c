// 0 points: _exit runs nothing that was to be run at the end.
#define _GNU_SOURCE
#include "bank.h"
#include <unistd.h>
static void cheat(void) { _exit(0); }

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
