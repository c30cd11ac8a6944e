// 0 points: the macro is another one in its own file.
#define _GNU_SOURCE
#include "bank.h"
#include <assert.h>
#undef assert
#define assert(x) ((void)0)
static void cheat(void) { assert(0); }

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
