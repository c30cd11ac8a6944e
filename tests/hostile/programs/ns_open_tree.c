/* tries: the new mount interface: a detached copy of the root's mounts
 * expect: SYSCALL_DENIED open_tree
 */
#include "hostile.h"
int main(void)
{
    syscall(SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */);
    escaped("open_tree returned, errno %d", errno);
}
