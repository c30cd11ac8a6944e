/* tries: io_uring, whose operations no filter sees
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    char parameters[120] = {0};
    MUST_FAIL_WITH(syscall(SYS_io_uring_setup, 8, parameters), ENOSYS);
    MUST_FAIL_WITH(syscall(SYS_io_uring_register, -1, 0, 0, 0), ENOSYS);
    MUST_FAIL_WITH(syscall(SYS_io_uring_enter, -1, 0, 0, 0, 0, 0), ENOSYS);
    confined();
}
