/* tries: enter a namespace through its file in /proc
 * expect: SYSCALL_DENIED setns
 */
#include "hostile.h"
int main(void)
{
    int fd = open("/proc/self/ns/user", O_RDONLY);
    setns(fd, 0);
    escaped("setns returned, errno %d", errno);
}
