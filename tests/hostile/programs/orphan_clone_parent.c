/* tries: children that are the launcher's, not its own, and report no end
 * expect: EXITED 0
 * limits: wall=3s
 */
#include "hostile.h"
int main(void)
{
    signal(SIGUSR1, SIG_IGN);
    for (int i = 0; i < 4; i++)
        if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0)
            for (;;)
                pause();
    for (int i = 0; i < 4; i++)
        if (syscall(SYS_clone, i % 2 ? 0 : SIGUSR1, 0, 0, 0, 0) == 0) {
            if (i > 1)
                _exit(0);
            for (;;)
                pause();
        }
    usleep(20000);
    return 0;
}
