/* tries: unload a kernel module
 * expect: SYSCALL_DENIED delete_module
 */
#include "hostile.h"
int main(void)
{
    syscall(SYS_delete_module, "overlay", 0);
    escaped("delete_module returned, errno %d", errno);
}
