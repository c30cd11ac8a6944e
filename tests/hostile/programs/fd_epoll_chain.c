/* tries: epolls inside epolls, whose wake-ups cost the kernel more than linearly
 * expect: CONFINED | CPU_LIMIT
 * limits: files=256 cpu=500ms
 */
#include "hostile.h"
#include <sys/epoll.h>
int main(void)
{
    int last = epoll_create1(0);
    for (int i = 0; i < 200; i++) {
        int next = epoll_create1(0);
        struct epoll_event event = {.events = EPOLLIN};
        if (next < 0 || epoll_ctl(next, EPOLL_CTL_ADD, last, &event))
            break;
        last = next;
    }
    confined();
}
