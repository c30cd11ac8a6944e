/* tries: raw I/O ports and the local descriptor table
 * expect: CONFINED
 * needs: x86_64
 */
#include "hostile.h"
int main(void)
{
#ifdef __x86_64__
    MUST_FAIL(syscall(SYS_iopl, 3));
    MUST_FAIL(syscall(SYS_ioperm, 0x80, 1, 1));
    char entry[16] = {0};
    MUST_FAIL(syscall(SYS_modify_ldt, 1, entry, sizeof entry));
#endif
    MUST_FAIL(open("/dev/port", O_RDWR));
    MUST_FAIL(open("/dev/mem", O_RDWR));
    confined();
}
