/* tries: lock the device nodes, which are the host's own inodes
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/file.h>
int main(void)
{
    const char *names[] = {"/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/full", "/proc/self/ns/user"};
    struct flock read_lock = {.l_type = F_RDLCK}, write_lock = {.l_type = F_WRLCK};
    for (int i = 0; i < 6; i++) {
        int fd = open(names[i], O_RDWR);
        if (fd < 0)
            fd = open(names[i], O_RDONLY);
        MUST_FAIL(flock(fd, LOCK_SH | LOCK_NB));
        MUST_FAIL(fcntl(fd, F_SETLK, &read_lock));
        MUST_FAIL(fcntl(fd, F_SETLK, &write_lock));
        MUST_FAIL(fcntl(fd, F_SETLKW, &write_lock));
    }
    confined();
}
