/* tries: the new mount interface: fsopen
 * expect: SYSCALL_DENIED fsopen
 */
#include "hostile.h"
int main(void)
{
    syscall(SYS_fsopen, "tmpfs", 0);
    escaped("fsopen returned, errno %d", errno);
}
