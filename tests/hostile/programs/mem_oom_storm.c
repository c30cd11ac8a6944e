/* tries: dozens of processes that all run out of memory at once
 * expect: MEMORY_LIMIT
 * limits: memory=24M processes=48 cpu=2s
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 40; i++)
        if (fork() == 0)
            for (;;) {
                char *memory = malloc(1 << 18);
                touch(memory, 1 << 18);
            }
    while (wait(NULL) > 0)
        ;
    return 0;
}
