/* tries: use up the inodes with empty files
 * expect: CONFINED | MEMORY_LIMIT
 * limits: inodes=256
 */
#include "hostile.h"
int main(void)
{
    const char *places[] = {"/work", "/tmp", "/dev/shm"};
    for (int p = 0; p < 3; p++) {
        int made = 0;
        for (; made < 100000; made++) {
            char path[64];
            snprintf(path, sizeof path, "%s/%d", places[p], made);
            int fd = open(path, O_CREAT | O_WRONLY, 0600);
            if (fd < 0)
                break;
            close(fd);
        }
        if (made > 256)
            escaped("%d files in %s", made, places[p]);
    }
    confined();
}
