/* tries: children that start two for each that dies, deaf to signals, after the main process is gone
 * expect: EXITED 0 | PROCESS_LIMIT | CPU_LIMIT
 * limits: cpu=500ms wall=3s processes=24
 */
#include "hostile.h"
int main(void)
{
    if (fork())
        return 0;
    setsid();
    signal(SIGTERM, SIG_IGN);
    for (;;)
        if (fork() < 0)
            usleep(100);
}
