/* tries: adopt its own orphans, so that they never reach the launcher
 * expect: EXITED 0
 * limits: wall=3s
 */
#include "hostile.h"
int main(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    for (int i = 0; i < 5; i++)
        if (fork() == 0) {
            if (fork() == 0)
                for (;;)
                    pause();
            _exit(0);
        }
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    return 0;
}
