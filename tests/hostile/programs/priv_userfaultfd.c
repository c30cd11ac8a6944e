/* tries: stall the kernel in the middle of a copy with userfaultfd
 * expect: SYSCALL_DENIED userfaultfd
 */
#include "hostile.h"
int main(void)
{
    MUST_FAIL(open("/dev/userfaultfd", O_RDWR));
    syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */);
    escaped("userfaultfd returned, errno %d", errno);
}
