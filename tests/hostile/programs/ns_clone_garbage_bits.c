/* tries: hide the namespace flag behind garbage in the upper half of the register
 * expect: SYSCALL_DENIED clone
 */
#include "hostile.h"
int main(void)
{
    long child = syscall(SYS_clone, 0xDEADBEEF00000000ul | CLONE_NEWPID | CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    escaped("clone returned %ld, errno %d", child, errno);
}
