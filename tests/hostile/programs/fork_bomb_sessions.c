/* tries: fork without end, each child in a session of its own and deaf to signals
 * expect: PROCESS_LIMIT | CPU_LIMIT | WALL_LIMIT | MEMORY_LIMIT
 * limits: cpu=300ms wall=3s processes=24
 */
#include "hostile.h"
int main(void)
{
    for (int sig = 1; sig < 65; sig++)
        signal(sig, SIG_IGN);
    for (;;) {
        fork();
        setsid();
    }
}
