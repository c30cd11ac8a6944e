/* tries: the new mount interface: clear the read-only and nosuid attributes
 * expect: SYSCALL_DENIED mount_setattr
 */
#include "hostile.h"
int main(void)
{
    uint64_t attributes[4] = {0, 1 | 2 | 4 | 8, 0, 0};
    syscall(SYS_mount_setattr, AT_FDCWD, "/", 0x8000 /* AT_RECURSIVE */, attributes, sizeof attributes);
    escaped("mount_setattr returned, errno %d", errno);
}
