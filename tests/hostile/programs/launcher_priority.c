/* tries: lower the launcher's priority, affinity and limits, which the next run would inherit
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    struct sched_param none = {0};
    struct rlimit tiny = {4, 4};
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(0, &cpus);
    MUST_FAIL(setpriority(PRIO_PROCESS, 1, 19));
    MUST_FAIL(setpriority(PRIO_USER, 0, 19));
    MUST_FAIL(setpriority(PRIO_PGRP, 0, 19));
    MUST_FAIL(sched_setscheduler(1, SCHED_IDLE, &none));
    MUST_FAIL(sched_setparam(1, &none));
    MUST_FAIL(sched_setaffinity(1, sizeof cpus, &cpus));
    MUST_FAIL(syscall(SYS_ioprio_set, 1, 1, 3 << 13));
    MUST_FAIL(syscall(SYS_ioprio_set, 3, getuid(), 3 << 13));
    for (int limit = 0; limit < 16; limit++)
        MUST_FAIL(prlimit(1, limit, &tiny, NULL));
    MUST_FAIL(setpgid(1, 0));
    MUST_FAIL(syscall(SYS_migrate_pages, 1, 64, 0, 0));
    confined();
}
