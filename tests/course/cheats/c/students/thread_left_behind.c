// 0 points: a thread would write later.
#define _GNU_SOURCE
#include "bank.h"
#include <pthread.h>
#include <stdio.h>
static void *later(void *none) { for (;;) dprintf(3, "passed 2\n"); return none; }
static void cheat(void) { pthread_t thread; pthread_create(&thread, 0, later, 0); }

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
