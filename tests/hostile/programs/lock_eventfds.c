/* tries: lock the one inode that all eventfds, epolls and timerfds of the host share
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/timerfd.h>
int main(void)
{
    int shared[] = {eventfd(0, 0), epoll_create1(0), timerfd_create(CLOCK_MONOTONIC, 0)};
    struct flock all = {.l_type = F_WRLCK};
    for (int i = 0; i < 3; i++) {
        MUST_FAIL_WITH(flock(shared[i], LOCK_EX | LOCK_NB), ENOLCK);
        MUST_FAIL_WITH(fcntl(shared[i], F_SETLK, &all), ENOLCK);
        MUST_FAIL_WITH(fcntl(shared[i], F_OFD_SETLK, &all), ENOLCK);
        MUST_FAIL_WITH(fcntl(shared[i], F_GETLK, &all), ENOLCK);
    }
    confined();
}
