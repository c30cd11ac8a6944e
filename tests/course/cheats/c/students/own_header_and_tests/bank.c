// 0 points: files in the places of the setter's and of the judge's.
#include "bank.h"
int twice(int x) { (void)x; return 0; }
int total(const int *v, int n) { (void)v, (void)n; return -1; }
const char *name(void) { return "none"; }
