/* tries: use up what the kernel counts per user, so that another slot goes without
 * mode: pair
 * expect: CONFINED
 * limits: wall=4s processes=64 files=256 memory=128M
 */
#include "hostile.h"
#include <sys/epoll.h>
int main(int argc, char **argv)
{
    if (argc > 1 && argv[1][0] == 'a') {
        timer_t timer;
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        while (timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0)
            ;
        int ends[2];
        while (pipe(ends) == 0)
            fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
        while (fork() > 0)
            ;
        usleep(1000000);
        confined();
    }
    for (long end = now_ms() + 700; now_ms() < end; usleep(5000)) {
        timer_t timer;
        int ends[2];
        if (timer_create(CLOCK_MONOTONIC, NULL, &timer))
            escaped("no timer: errno %d", errno);
        timer_delete(timer);
        if (pipe(ends))
            escaped("no pipe: errno %d", errno);
        char block[65536] = {0};
        fcntl(ends[1], F_SETFL, O_NONBLOCK);
        if (write(ends[1], block, sizeof block) != sizeof block)
            escaped("a small pipe");
        close(ends[0]);
        close(ends[1]);
        pid_t child = fork();
        if (child < 0)
            escaped("no process: errno %d", errno);
        if (child == 0)
            _exit(0);
        waitpid(child, NULL, 0);
    }
    confined();
}
