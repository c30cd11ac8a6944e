/* tries: mount a fresh tmpfs over /work
 * expect: SYSCALL_DENIED mount
 */
#include "hostile.h"
#include <sys/mount.h>
int main(void)
{
    mount("none", "/work", "tmpfs", 0, "");
    escaped("mount returned, errno %d", errno);
}
