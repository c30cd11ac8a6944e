/* tries: use up the host-wide number of asynchronous requests
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    unsigned long context = 0;
    MUST_FAIL_WITH(syscall(SYS_io_setup, 65536, &context), ENOSYS);
    confined();
}
