// 0 points: it jumps to where it was before main.
#define _GNU_SOURCE
#include "bank.h"
#include <setjmp.h>
#include <stdlib.h>
static jmp_buf before;
__attribute__((constructor)) static void first(void) { if (setjmp(before)) exit(0); }
static void cheat(void) { longjmp(before, 1); }

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
