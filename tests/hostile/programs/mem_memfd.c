/* tries: a file in memory without a mount
 * expect: MEMORY_LIMIT
 * limits: memory=32M cpu=2s
 */
#include "hostile.h"
int main(void)
{
    static char block[1 << 20];
    memset(block, 'x', sizeof block);
    int fd = memfd_create("hidden", 0);
    for (int i = 0; i < 1024; i++)
        if (write(fd, block, sizeof block) < 0)
            confined();
    escaped("wrote a gigabyte");
}
