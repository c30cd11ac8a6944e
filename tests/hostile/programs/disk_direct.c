/* tries: read past the page cache, as much as the disk gives, for next to no CPU time
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/uio.h>
struct how {
    uint64_t flags, mode, resolve;
};
int main(void)
{
    const char *file = "/usr/bin/env";
    struct how how = {O_RDONLY | O_DIRECT, 0, 0};
    char buffer[16];
    struct iovec data = {buffer, sizeof buffer};
    MUST_FAIL_WITH(syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_DIRECT, 0), EINVAL);
    MUST_FAIL_WITH(syscall(SYS_openat, AT_FDCWD, file, 0xdeadbeef00000000ul | O_DIRECT | O_CLOEXEC, 0), EINVAL);
    MUST_FAIL_WITH(syscall(437 /* openat2 */, AT_FDCWD, file, &how, sizeof how), ENOSYS);
    MUST_FAIL_WITH(open("/work", O_TMPFILE | O_RDWR | O_DIRECT, 0600), EINVAL);
#ifdef SYS_open
    MUST_FAIL_WITH(syscall(SYS_open, file, O_RDONLY | O_DIRECT), EINVAL);
#endif
    int fd = open(file, O_RDONLY);
    MUST_FAIL_WITH(fcntl(fd, F_SETFL, O_DIRECT), EINVAL);
    MUST_FAIL_WITH(fcntl(fd, F_SETFL, O_DIRECT | O_NONBLOCK | O_APPEND), EINVAL);
    MUST_FAIL_WITH(preadv2(fd, &data, 1, 0, 0x80 /* RWF_DONTCACHE */), EOPNOTSUPP);
    void *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
    MUST_FAIL_WITH(madvise(map, 4096, 21 /* MADV_PAGEOUT */), EINVAL);
    MUST_FAIL_WITH(madvise(map, 4096, 20 /* MADV_COLD */), EINVAL);
    int packets[2];
    if (pipe2(packets, O_DIRECT))
        escaped("a pipe of packets reads no disk, and must work");
    confined();
}
