/* tries: leave a process for the next run, which looks for it
 * mode: twice
 * expect: CONFINED
 */
#include "hostile.h"
int main(int argc, char **argv)
{
    if (argc > 1 && argv[1][0] == '2') {
        for (int pid = 2; pid < 1000; pid++)
            if (pid != getpid() && kill(pid, 0) == 0)
                escaped("process %d is still here", pid);
        confined();
    }
    for (int i = 0; i < 5; i++)
        if (fork() == 0) {
            setsid();
            for (int sig = 1; sig < 65; sig++)
                signal(sig, SIG_IGN);
            fork();
            for (;;)
                pause();
        }
    confined();
}
