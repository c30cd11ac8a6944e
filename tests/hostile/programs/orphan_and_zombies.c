/* tries: leave the dead and the living mixed, so that whoever reaps waits for the wrong one
 * expect: EXITED 0
 * limits: wall=3s
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 6; i++)
        if (fork() == 0) {
            if (i % 2)
                _exit(0);
            setsid();
            for (;;)
                pause();
        }
    usleep(30000);
    return 0;
}
