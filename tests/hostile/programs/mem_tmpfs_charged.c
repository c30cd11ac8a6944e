/* tries: hide memory in files: each write is within the disk limit, together they are over the memory limit
 * expect: MEMORY_LIMIT
 * limits: memory=16M disk=32M cpu=2s
 */
#include "hostile.h"
int main(void)
{
    static char block[1 << 20];
    memset(block, 'x', sizeof block);
    const char *files[] = {"/tmp/a", "/work/b", "/dev/shm/c"};
    for (int f = 0; f < 3; f++) {
        int fd = open(files[f], O_CREAT | O_WRONLY, 0600);
        for (int i = 0; i < 31; i++)
            if (write(fd, block, sizeof block) < 0)
                escaped("%s: errno %d after %d MiB", files[f], errno, i);
    }
    escaped("93 MiB in files");
}
