// 0 points: the function that assertions call.
#define _GNU_SOURCE
#include "bank.h"
void judge_asserted(int a, const char *b, const char *c, int d) { (void)a, (void)b, (void)c, (void)d; }
static void cheat(void) {}

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
