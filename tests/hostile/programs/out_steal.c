/* tries: read its own output back before the judge does
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    char buffer[64];
    for (int fd = 1; fd < 3; fd++) {
        char path[32];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        int again = open(path, O_RDONLY | O_NONBLOCK);
        if (again >= 0)
            read(again, buffer, sizeof buffer);
        fcntl(fd, F_SETPIPE_SZ, 4096);
        fcntl(fd, F_SETFL, O_NONBLOCK | O_DIRECT);
        fcntl(fd, F_SETFL, 0);
    }
    confined();
}
