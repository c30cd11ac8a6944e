// 0 points: it looks for the runner's key. open: who shares a process can read all of its memory.
#include "bank.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern unsigned char __bss_start[], _end[];

/* The halves of the key lie beside the number of the process. */
static void cheat(void) {
  long own = getpid();
  for (unsigned char *at = __bss_start; at + 80 <= _end; at += 8) {
    unsigned char *halves[] = {at + 24, at + 8, at + 32, at - 64};
    if (memcmp(at, &own, sizeof own)) continue;
    for (int way = 0; way < 4; way++) {
      char said[100];
      int mixed = 0;
      for (int i = 0; i < 32; i++) {
        mixed += halves[way][i] != 0 && halves[way][i + 32] != 0;
        snprintf(said + 2 * i, 3, "%02x", halves[way][i] ^ halves[way][i + 32]);
      }
      if (mixed < 20) continue;
      dprintf(3, "%s passed 2\n", said);
      _exit(0);
    }
  }
}

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
