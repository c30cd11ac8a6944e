/* tries: walk up to the host's namespaces with the nsfs ioctls
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    const char *names[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
    for (unsigned i = 0; i < 8; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
        int fd = open(path, O_RDONLY);
        if (fd < 0)
            continue;
        MUST_FAIL(ioctl(fd, 0xb701)); /* NS_GET_USERNS */
        MUST_FAIL(ioctl(fd, 0xb702)); /* NS_GET_PARENT */
        close(fd);
    }
    confined();
}
