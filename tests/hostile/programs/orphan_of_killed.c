/* tries: die of a signal with children in other sessions that stop each other
 * expect: SIGNALLED SIGTERM
 * limits: wall=3s
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 6; i++)
        if (fork() == 0) {
            setsid();
            signal(SIGTERM, SIG_IGN);
            raise(i % 2 ? SIGSTOP : SIGCONT);
            for (;;)
                pause();
        }
    usleep(30000);
    raise(SIGTERM);
}
