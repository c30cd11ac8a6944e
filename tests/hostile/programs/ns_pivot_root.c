/* tries: get back to the old root by another pivot_root
 * expect: SYSCALL_DENIED pivot_root
 */
#include "hostile.h"
int main(void)
{
    mkdir("/work/old", 0700);
    syscall(SYS_pivot_root, "/work", "/work/old");
    escaped("pivot_root returned, errno %d", errno);
}
