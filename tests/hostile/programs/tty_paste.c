/* tries: paste into the console with TIOCLINUX
 * expect: SYSCALL_DENIED ioctl
 */
#include "hostile.h"
int main(void)
{
    char code = 3;
    ioctl(0, 0x541C, &code);
    escaped("TIOCLINUX returned, errno %d", errno);
}
