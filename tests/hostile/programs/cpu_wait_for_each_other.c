/* tries: buy real time with threads and children that wait for each other's processor and yield it
 * expect: CPU_LIMIT | WALL_LIMIT
 * limits: cpu=1s wall=2s processes=32
 */
#include "hostile.h"
#include <pthread.h>
static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}
static void *waits(void *unused)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    for (;;) {
        for (int i = 0; i < 50; i++) sched_yield();
        usleep(20000);
    }
    return unused;
}
int main(void)
{
    pthread_t thread;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    setpriority(PRIO_PROCESS, 0, 19);
    for (int i = 0; i < 12; i++) pthread_create(&thread, NULL, waits, NULL);
    for (int i = 0; i < 8; i++)
        if (fork() == 0) waits(NULL);
    double since = now();
    for (;;) {
        if (fork() == 0) _exit(0);
        wait(NULL);
        usleep(10000);
        if (now() - since > 21) escaped("21 s of real time were had for a limit of 2");
    }
}
