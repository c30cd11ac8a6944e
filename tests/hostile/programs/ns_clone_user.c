/* tries: a child in a user namespace of its own
 * expect: SYSCALL_DENIED clone
 */
#include "hostile.h"
int main(void)
{
    long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    escaped("clone returned %ld, errno %d", child, errno);
}
