/* tries: let the kernel signal the launcher: descriptor owners, timers, the parent's death
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    fcntl(pair[0], F_SETOWN, 1);
    for (int sig = 1; sig < 65; sig++) {
        fcntl(pair[0], F_SETSIG, sig);
        fcntl(pair[0], F_SETFL, O_ASYNC | O_NONBLOCK);
        write(pair[1], "x", 1);
    }
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGKILL};
    event._sigev_un._tid = 1;
    timer_t timer;
    MUST_FAIL(timer_create(CLOCK_MONOTONIC, &event, &timer));
    confined();
}
