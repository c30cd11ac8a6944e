/* tries: hold the space of files that have no name any more
 * expect: CONFINED | MEMORY_LIMIT
 * limits: disk=4M files=128
 */
#include "hostile.h"
int main(void)
{
    static char block[1 << 18];
    memset(block, 'x', sizeof block);
    int wrote = 0;
    for (int i = 0; i < 100; i++) {
        int fd = open("/work/gone", O_CREAT | O_RDWR, 0600);
        if (fd < 0)
            break;
        unlink("/work/gone");
        if (write(fd, block, sizeof block) == sizeof block)
            wrote++;
    }
    if (wrote > 17)
        escaped("%d quarter megabytes", wrote);
    confined();
}
