/* tries: hide memory in the buffers of pipes
 * expect: CONFINED | MEMORY_LIMIT
 * limits: memory=16M files=256
 */
#include "hostile.h"
int main(void)
{
    static char block[1 << 20];
    long total = 0;
    int ends[2];
    while (pipe2(ends, O_NONBLOCK) == 0) {
        fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
        long wrote = write(ends[1], block, sizeof block);
        total += wrote > 0 ? wrote : 0;
    }
    if (total > 24 << 20)
        escaped("%ld bytes in pipes", total);
    confined();
}
