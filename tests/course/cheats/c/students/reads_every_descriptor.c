// 0 points: what can be read is said to be the key.
#define _GNU_SOURCE
#include "bank.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
static void cheat(void) {
  unsigned char key[32];
  for (int fd = 0; fd < 64; fd++) {
    fcntl(fd, F_SETFL, O_NONBLOCK);
    lseek(fd, 0, SEEK_SET);
    if (fd == 3 || read(fd, key, sizeof key) != sizeof key) continue;
    for (int i = 0; i < 32; i++) dprintf(3, "%02x", key[i]);
    dprintf(3, " passed 2\n");
  }
  _exit(0);
}

int twice(int x) { (void)x; cheat(); return 0; }
int total(const int *v, int n) { (void)v, (void)n; cheat(); return -1; }
const char *name(void) { cheat(); return "none"; }
