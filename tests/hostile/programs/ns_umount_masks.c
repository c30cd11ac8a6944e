/* tries: uncover what is under the mounts by unmounting them
 * expect: SYSCALL_DENIED umount2
 */
#include "hostile.h"
#include <sys/mount.h>
int main(void)
{
    umount2("/proc", MNT_DETACH);
    escaped("umount2 returned, errno %d", errno);
}
