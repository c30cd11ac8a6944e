/* tries: kill(-1), kill(0), kill(-group): everybody it may signal
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 4; i++)
        if (fork() == 0)
            for (;;)
                pause();
    kill(-1, SIGKILL);
    while (wait(NULL) > 0)
        ;
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    for (int group = 1; group < 200; group++)
        if (group != getpid())
            kill(-group, SIGKILL);
    confined();
}
