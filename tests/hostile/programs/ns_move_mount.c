/* tries: the new mount interface: move /proc elsewhere
 * expect: SYSCALL_DENIED move_mount
 */
#include "hostile.h"
int main(void)
{
    syscall(SYS_move_mount, AT_FDCWD, "/proc", AT_FDCWD, "/work", 0);
    escaped("move_mount returned, errno %d", errno);
}
