/* tries: divide the memory among children, each below the limit
 * expect: MEMORY_LIMIT
 * limits: memory=32M processes=32 cpu=2s
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 16; i++)
        if (fork() == 0) {
            char *memory = malloc(8 << 20);
            touch(memory, 8 << 20);
            for (;;)
                pause();
        }
    while (wait(NULL) > 0)
        ;
    escaped("all children died otherwise");
}
