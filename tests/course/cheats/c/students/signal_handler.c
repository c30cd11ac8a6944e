// 0 points: it ends by a signal that it handles.
#define _GNU_SOURCE
#include "bank.h"
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static void handler(int number) { (void)number; dprintf(3, "passed 2\n"); _exit(0); }
static void cheat(void) { signal(SIGSEGV, handler); *(volatile int *)8 = 1; }

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
