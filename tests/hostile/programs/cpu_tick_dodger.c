/* tries: sleep over every tick of the clock, so that sampling never sees it run
 * expect: CPU_LIMIT
 * limits: cpu=200ms wall=6s
 */
#include "hostile.h"
int main(void)
{
    for (;;) {
        struct timespec t, nap = {0, 100000};
        clock_gettime(CLOCK_MONOTONIC, &t);
        long slice = t.tv_nsec / 1000000;
        volatile unsigned x = 0;
        do {
            for (int i = 0; i < 2000; i++)
                x += i;
            clock_gettime(CLOCK_MONOTONIC, &t);
        } while (t.tv_nsec / 1000000 == slice || t.tv_nsec % 1000000 < 700000);
        nanosleep(&nap, NULL);
    }
}
