/* tries: wake a program in another slot by a futex on a page of a shared file
 * mode: pair
 * expect: CONFINED
 * limits: wall=4s cpu=3s
 */
#include "hostile.h"
#include <linux/futex.h>
int main(int argc, char **argv)
{
    int fd = open("/usr/bin/env", O_RDONLY);
    uint32_t *word = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    if (argc > 1 && argv[1][0] == 'a') {
        struct timespec patience = {2, 0};
        if (syscall(SYS_futex, word, FUTEX_WAIT, *word, &patience, NULL, 0) == 0)
            escaped("woken from another slot");
        confined();
    }
    for (long end = now_ms() + 1500; now_ms() < end; usleep(1000))
        if (syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0) > 0)
            escaped("woke somebody in another slot");
    confined();
}
