/* tries: the x32 numbers, which a filter that only compares 64-bit numbers lets pass
 * expect: SYSCALL_DENIED x32:39
 * needs: x86_64
 */
#include "hostile.h"
int main(void)
{
    long result = syscall(0x40000000 + 39);
    escaped("x32 getpid returned %ld, errno %d", result, errno);
}
