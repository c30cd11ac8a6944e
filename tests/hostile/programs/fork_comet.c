/* tries: stay ahead of any killer: a process that lives only long enough to make the next
 * expect: EXITED 0 | PROCESS_LIMIT | CPU_LIMIT | WALL_LIMIT
 * limits: cpu=300ms wall=3s processes=16
 */
#include "hostile.h"
int main(void)
{
    for (;;) {
        pid_t child = fork();
        if (child > 0)
            _exit(0);
    }
}
