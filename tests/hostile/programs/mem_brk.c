/* tries: grow the data segment
 * expect: MEMORY_LIMIT
 * limits: memory=32M cpu=2s
 */
#include "hostile.h"
int main(void)
{
    for (;;) {
        void *block = sbrk(1 << 20);
        if (block == (void *)-1)
            escaped("sbrk refused");
        touch(block, 1 << 20);
    }
}
