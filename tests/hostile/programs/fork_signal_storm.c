/* tries: children that die as fast as they are made, each with a signal to everybody
 * expect: CPU_LIMIT | WALL_LIMIT | PROCESS_LIMIT | MEMORY_LIMIT | SIGNALLED SIGUSR1 | SIGNALLED SIGKILL
 * limits: cpu=300ms wall=2s processes=16
 */
#include "hostile.h"
int main(void)
{
    signal(SIGUSR1, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    for (;;)
        if (fork() == 0) {
            kill(-1, SIGUSR1);
            kill(0, SIGUSR1);
            _exit(0);
        }
}
