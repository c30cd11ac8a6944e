/* tries: write until the disk is full, then leave with an error
 * expect: DISK_LIMIT
 * limits: disk=4M memory=64M
 */
#include "hostile.h"
int main(void)
{
    static char block[1 << 16];
    memset(block, 'x', sizeof block);
    int fd = open("/work/big", O_CREAT | O_WRONLY, 0600);
    for (int i = 0; i < 1 << 14; i++)
        if (write(fd, block, sizeof block) < 0)
            _exit(1);
    escaped("wrote a gigabyte");
}
