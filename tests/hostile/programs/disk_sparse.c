/* tries: files that claim terabytes
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    const char *files[] = {"/work/a", "/tmp/b", "/dev/shm/c"};
    for (int f = 0; f < 3; f++) {
        int fd = open(files[f], O_CREAT | O_RDWR, 0600);
        ftruncate(fd, 1l << 42);
        struct stat status;
        fstat(fd, &status);
        if (status.st_blocks > 1 << 16)
            escaped("%ld blocks", (long)status.st_blocks);
    }
    confined();
}
