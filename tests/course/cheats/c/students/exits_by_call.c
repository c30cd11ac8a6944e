// 0 points: the system call itself.
#define _GNU_SOURCE
#include "bank.h"
#include <sys/syscall.h>
#include <unistd.h>
static void cheat(void) { syscall(SYS_exit_group, 0); }

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
