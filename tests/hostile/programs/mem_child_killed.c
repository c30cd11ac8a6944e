/* tries: let only a child run out of memory, and leave with 0
 * expect: MEMORY_LIMIT
 * limits: memory=32M cpu=2s
 */
#include "hostile.h"
int main(void)
{
    if (fork() == 0)
        for (;;) {
            char *memory = malloc(1 << 20);
            touch(memory, 1 << 20);
        }
    wait(NULL);
    return 0;
}
