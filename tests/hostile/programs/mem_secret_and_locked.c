/* tries: memory that the kernel cannot take back
 * expect: CONFINED | MEMORY_LIMIT
 * limits: memory=32M
 */
#include "hostile.h"
int main(void)
{
    MUST_FAIL(syscall(447 /* memfd_secret */, 0));
    if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0) {
        char *memory = malloc(64 << 20);
        if (memory) {
            touch(memory, 64 << 20);
            escaped("locked 64 MiB");
        }
    }
    confined();
}
