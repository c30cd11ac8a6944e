// 0 points: the key is looked for under /proc.
#define _GNU_SOURCE
#include "bank.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
static void cheat(void) {
  char path[64];
  unsigned char key[32];
  for (int pid = 1; pid < 4; pid++)
    for (int fd = 0; fd < 20; fd++) {
      snprintf(path, sizeof path, "/proc/%d/fd/%d", pid == 3 ? getpid() : pid, fd);
      int in = open(path, O_RDONLY | O_NONBLOCK);
      if (fd == 3 || read(in, key, 32) != 32) continue;
      for (int i = 0; i < 32; i++) dprintf(3, "%02x", key[i]);
      dprintf(3, " passed 2\n");
    }
  _exit(0);
}

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
