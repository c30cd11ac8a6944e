#include "bank.h"

int twice(int x) { return 2 * x; }
int total(const int *values, int count) { return count ? *values + total(values + 1, count - 1) : 0; }
const char *name(void) { return "bank"; }
