/* tries: keep the judge waiting: a daemon that holds the output open
 * expect: EXITED 0
 * limits: wall=3s
 */
#include "hostile.h"
int main(void)
{
    puts("done");
    fflush(stdout);
    if (fork() == 0) {
        setsid();
        for (int sig = 1; sig < 65; sig++)
            signal(sig, SIG_IGN);
        for (;;)
            sleep(1000);
    }
    return 0;
}
