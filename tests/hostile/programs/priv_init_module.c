/* tries: load a kernel module
 * expect: SYSCALL_DENIED finit_module
 */
#include "hostile.h"
int main(void)
{
    syscall(SYS_finit_module, 0, "", 0);
    escaped("finit_module returned, errno %d", errno);
}
