// 0 points: a test of the same name that asserts nothing.
#define _GNU_SOURCE
#include "bank.h"
void test_twice(void) {}
static void cheat(void) {}

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
