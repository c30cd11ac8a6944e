/* tries: load another kernel
 * expect: SYSCALL_DENIED kexec_load
 */
#include "hostile.h"
int main(void)
{
    syscall(SYS_kexec_load, 0, 0, 0, 0);
    escaped("kexec_load returned, errno %d", errno);
}
