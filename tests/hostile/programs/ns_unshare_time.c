/* tries: a time namespace, to shift the clocks
 * expect: SYSCALL_DENIED unshare
 */
#include "hostile.h"
int main(void)
{
    unshare(0x80 /* CLONE_NEWTIME */);
    escaped("unshare returned, errno %d", errno);
}
