/* tries: burn in many children that each live shortly and are never waited for
 * expect: CPU_LIMIT
 * limits: cpu=300ms wall=6s
 */
#include "hostile.h"
int main(void)
{
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        if (fork() == 0) {
            burn_ms(5);
            _exit(0);
        }
        usleep(1000);
    }
}
