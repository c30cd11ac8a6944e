/* tries: queue signals to itself without end
 * expect: CONFINED | MEMORY_LIMIT
 * limits: memory=32M cpu=2s
 */
#include "hostile.h"
int main(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    long queued = 0;
    while (queued < 1000000 && sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 1}) == 0)
        queued++;
    if (queued >= 1000000)
        escaped("%ld signals", queued);
    confined();
}
