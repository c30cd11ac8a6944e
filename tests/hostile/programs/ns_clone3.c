/* tries: clone3, whose flags lie in memory where no filter sees them
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    uint64_t arguments[11] = {CLONE_NEWUSER | CLONE_NEWNS, 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0};
    MUST_FAIL_WITH(syscall(SYS_clone3, arguments, sizeof arguments), ENOSYS);
    arguments[0] = 0x200000000ull; /* CLONE_INTO_CGROUP */
    MUST_FAIL_WITH(syscall(SYS_clone3, arguments, sizeof arguments), ENOSYS);
    confined();
}
