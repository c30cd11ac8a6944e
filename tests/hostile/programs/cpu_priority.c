/* tries: run before everybody else, on every processor
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    struct sched_param first = {.sched_priority = 50};
    MUST_FAIL(sched_setscheduler(0, SCHED_FIFO, &first));
    MUST_FAIL(sched_setscheduler(0, SCHED_RR, &first));
    MUST_FAIL(setpriority(PRIO_PROCESS, 0, -20));
    unsigned attributes[14] = {48, 6 /* SCHED_DEADLINE */};
    MUST_FAIL(syscall(SYS_sched_setattr, 0, attributes, 0));
    cpu_set_t every;
    memset(&every, 0xff, sizeof every);
    MUST_FAIL(sched_setaffinity(0, sizeof every, &every));
    struct rlimit most = {99, 99};
    MUST_FAIL(setrlimit(RLIMIT_RTPRIO, &most));
    MUST_FAIL(setrlimit(RLIMIT_NICE, &most));
    MUST_FAIL(syscall(SYS_ioprio_set, 1, 0, 1 << 13 /* real time */));
    confined();
}
