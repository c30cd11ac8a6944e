/* tries: write until the disk is full and cope with it: no error of the run
 * expect: CONFINED
 * limits: disk=4M memory=64M
 */
#include "hostile.h"
int main(void)
{
    static char block[1 << 16];
    memset(block, 'x', sizeof block);
    int fd = open("/work/big", O_CREAT | O_WRONLY, 0600);
    for (int i = 0; i < 1 << 14; i++)
        if (write(fd, block, sizeof block) < 0) {
            if (errno != ENOSPC)
                escaped("errno %d", errno);
            confined();
        }
    escaped("wrote a gigabyte");
}
