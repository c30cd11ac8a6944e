/* tries: leave more and bigger files than the judge wants
 * expect: CONFINED
 * collect: **
 * limits: inodes=2000 disk=8M
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 1900; i++) {
        char name[32];
        snprintf(name, sizeof name, "/work/f%04d", i);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        write(fd, name, 10);
        close(fd);
    }
    confined();
}
