/* tries: allocate and use memory without end
 * expect: MEMORY_LIMIT
 * limits: memory=32M cpu=2s
 */
#include "hostile.h"
int main(void)
{
    for (;;) {
        void *block = malloc(1 << 20);
        if (!block)
            escaped("malloc refused");
        touch(block, 1 << 20);
    }
}
