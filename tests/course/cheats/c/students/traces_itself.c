// 0 points: ptrace is refused.
#define _GNU_SOURCE
#include "bank.h"
#include <sys/ptrace.h>
static void cheat(void) { ptrace(PTRACE_TRACEME, 0, 0, 0); }

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
