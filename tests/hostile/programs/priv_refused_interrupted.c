/* tries: interrupt a refused call with signals, so that it returns and goes on
 * expect: SYSCALL_DENIED mount
 */
#include "hostile.h"
#include <sys/mount.h>
static void nothing(int sig)
{
    (void)sig;
}
int main(void)
{
    struct sigaction action = {.sa_handler = nothing};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval fast = {{0, 50}, {0, 50}};
    setitimer(ITIMER_REAL, &fast, NULL);
    for (int i = 0; i < 1000; i++)
        if (mount("none", "/work", "tmpfs", 0, "") == 0)
            escaped("mounted");
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
    for (;;)
        pause();
}
