// 0 points: what starts the program.
#define _GNU_SOURCE
#include "bank.h"
#include <unistd.h>
void _start(void) { _exit(0); }
static void cheat(void) {}

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
