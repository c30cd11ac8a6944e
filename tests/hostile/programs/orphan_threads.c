/* tries: leave with the first thread gone long before, and threads that are busy in the kernel
 * expect: EXITED 3
 * limits: wall=3s
 */
#include "hostile.h"
#include <pthread.h>
static void *busy(void *place)
{
    char byte;
    int ends[2];
    pipe(ends);
    if (place)
        read(ends[0], &byte, 1);
    usleep(50000);
    syscall(SYS_exit_group, 3);
    return NULL;
}
int main(void)
{
    pthread_t thread;
    for (long i = 0; i < 8; i++)
        pthread_create(&thread, NULL, busy, (void *)(i % 7));
    syscall(SYS_exit, 0);
}
