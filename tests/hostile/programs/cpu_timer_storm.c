/* tries: thousands of timer signals a second
 * expect: CPU_LIMIT | WALL_LIMIT
 * limits: cpu=200ms wall=2s
 */
#include "hostile.h"
static void nothing(int sig)
{
    (void)sig;
}
int main(void)
{
    signal(SIGALRM, nothing);
    struct itimerval fast = {{0, 1}, {0, 1}};
    setitimer(ITIMER_REAL, &fast, NULL);
    for (;;)
        pause();
}
