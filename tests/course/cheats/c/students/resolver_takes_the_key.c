// 0 points: a resolver of an indirect function would run before all else.
#define _GNU_SOURCE
#include "bank.h"
#include <unistd.h>
static void nothing(void) {}
static void (*choose(void))(void) { return nothing; }
void chosen(void) __attribute__((ifunc("choose")));
static void cheat(void) { chosen(); }

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
