/* tries: fill the kernel's memory with record locks, which no memory limit counts
 * expect: CONFINED
 * limits: memory=8M files=64 cpu=2s
 */
#include "hostile.h"
int main(void)
{
    long taken = 0, most = 8 << 10;
    for (int file = 0; file < 40; file++) {
        int fd = memfd_create("locks", 0);
        for (long at = 0; at < 400; at++) {
            struct flock one = {.l_type = F_WRLCK, .l_start = 2 * at, .l_len = 1};
            if (fcntl(fd, F_OFD_SETLK, &one) == 0)
                taken++;
            else if (errno != ENOLCK)
                escaped("errno %d", errno);
        }
    }
    if (taken > most)
        escaped("%ld locks within 8 MiB", taken);
    confined();
}
