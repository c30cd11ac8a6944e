/* tries: the 32-bit entry, where the numbers mean other calls
 * expect: SYSCALL_DENIED i386:20
 * needs: x86_64
 */
#include "hostile.h"
int main(void)
{
    long result = 0;
#ifdef __x86_64__
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
#endif
    escaped("int 0x80 returned %ld", result);
}
