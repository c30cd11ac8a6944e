/* tries: be mistaken for the end of the run: exit codes, core flags, a wait for the launcher, stops and continues
 * expect: SIGNALLED SIGSTKFLT
 */
#include "hostile.h"
int main(void)
{
    if (waitpid(1, NULL, 0) != -1)
        escaped("waited for the launcher");
    pid_t child = fork();
    if (child == 0) {
        kill(getppid(), SIGSTOP);
        usleep(20000);
        kill(getppid(), SIGCONT);
        _exit(42);
    }
    waitpid(child, NULL, 0);
    raise(SIGSTKFLT);
}
