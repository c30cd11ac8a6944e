/* tries: take a descriptor out of the launcher with pidfd_getfd
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    MUST_FAIL(syscall(SYS_pidfd_open, 1, 0));
    int own = syscall(SYS_pidfd_open, getpid(), 0);
    MUST_FAIL(syscall(SYS_pidfd_getfd, own, 0, 0));
    confined();
}
