/* tries: leave stopped processes, which no polite signal ends
 * expect: EXITED 0
 * limits: wall=3s
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 5; i++)
        if (fork() == 0) {
            raise(SIGSTOP);
            for (;;)
                pause();
        }
    int status;
    for (int i = 0; i < 5; i++)
        waitpid(-1, &status, WUNTRACED);
    return 0;
}
