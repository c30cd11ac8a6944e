/* tries: every kind of namespace at once
 * expect: SYSCALL_DENIED unshare
 */
#include "hostile.h"
int main(void)
{
    unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | 0x02000000);
    escaped("unshare returned, errno %d", errno);
}
