/* tries: type into the judge's terminal
 * expect: SYSCALL_DENIED ioctl
 */
#include "hostile.h"
int main(void)
{
    char letter = 'x';
    for (int fd = 0; fd < 3; fd++)
        ioctl(fd, 0xdeadbeef00005412ul /* TIOCSTI with garbage above */, &letter);
    escaped("TIOCSTI returned, errno %d", errno);
}
