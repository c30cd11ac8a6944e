/* tries: the classic escape: keep a descriptor, chroot below it, climb with ..
 * expect: SYSCALL_DENIED chroot
 */
#include "hostile.h"
int main(void)
{
    int root = open("/", O_RDONLY | O_DIRECTORY);
    mkdir("/work/jail", 0700);
    int done = chroot("/work/jail");
    fchdir(root);
    for (int i = 0; i < 64; i++)
        chdir("..");
    escaped("chroot returned %d, errno %d", done, errno);
}
