/* tries: signal or see a program in another slot
 * mode: pair
 * expect: CONFINED
 * limits: wall=4s
 */
#include "hostile.h"
static volatile sig_atomic_t got;
static void note(int sig)
{
    got = sig;
}
int main(int argc, char **argv)
{
    signal(SIGUSR1, note);
    int sender = argc > 1 && argv[1][0] == 'b';
    for (long end = now_ms() + 800; now_ms() < end; usleep(5000)) {
        if (got)
            escaped("signal %d from another slot", (int)got);
        for (int pid = 2; sender && pid < 5000; pid++)
            if (pid != getpid() && kill(pid, SIGUSR1) == 0)
                escaped("signalled process %d", pid);
    }
    confined();
}
