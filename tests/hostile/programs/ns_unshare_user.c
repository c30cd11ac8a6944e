/* tries: a user namespace inside the namespace, where the program would be root
 * expect: SYSCALL_DENIED unshare
 */
#include "hostile.h"
int main(void)
{
    unshare(CLONE_NEWUSER);
    escaped("unshare returned, errno %d", errno);
}
