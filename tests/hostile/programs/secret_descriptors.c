/* tries: find descriptors that were left open for it, and what the three it has lead to
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    for (int fd = 3; fd < 4096; fd++)
        if (fcntl(fd, F_GETFD) != -1)
            escaped("descriptor %d is open", fd);
    for (int fd = 0; fd < 3; fd++) {
        char link[32], target[512] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        readlink(link, target, sizeof target - 1);
        if (target[0] == '/' && strncmp(target, "/dev/null", 9) && strncmp(target, "/memfd:", 7))
            escaped("descriptor %d is %s", fd, target);
    }
    confined();
}
