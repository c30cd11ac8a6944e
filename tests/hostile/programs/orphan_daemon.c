/* tries: leave a daemon behind that outlives the run
 * expect: EXITED 0
 * limits: wall=3s
 */
#include "hostile.h"
int main(void)
{
    if (fork() == 0) {
        setsid();
        if (fork() == 0)
            for (;;)
                sleep(1000);
        _exit(0);
    }
    wait(NULL);
    return 0;
}
