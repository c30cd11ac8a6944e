/* tries: find the launcher changed by what the last run did: priority, limits, umask, signal mask, name, dumpability
 * mode: twice
 * expect: CONFINED
 */
#include "hostile.h"
int main(int argc, char **argv)
{
    if (argc > 1 && argv[1][0] == '2') {
        sigset_t blocked;
        sigprocmask(SIG_BLOCK, NULL, &blocked);
        for (int sig = 1; sig < 65; sig++) {
            struct sigaction action;
            if (sigismember(&blocked, sig) == 1)
                escaped("signal %d is blocked", sig);
            if (sigaction(sig, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
                escaped("signal %d is not at its default", sig);
        }
        if (getpriority(PRIO_PROCESS, 0) != 0 || sched_getscheduler(0) != SCHED_OTHER)
            escaped("priority %d, policy %d", getpriority(PRIO_PROCESS, 0), sched_getscheduler(0));
        struct rlimit cpu;
        getrlimit(RLIMIT_FSIZE, &cpu);
        if (cpu.rlim_cur < 1 << 20)
            escaped("file size limit %lu", (unsigned long)cpu.rlim_cur);
        if (umask(0) == 0777)
            escaped("umask");
        confined();
    }
    struct rlimit tiny = {10, 10};
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int sig = 1; sig < 65; sig++)
        signal(sig, SIG_IGN);
    umask(0777);
    nice(19);
    setrlimit(RLIMIT_FSIZE, &tiny);
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_TIMERSLACK, 1000000000);
    setpriority(PRIO_USER, getuid(), 19);
    fcntl(0, F_SETFL, O_NONBLOCK);
    lseek(0, 0, SEEK_END);
    confined();
}
