/* tries: ask which pages of shared files are in memory, and throw them out: a way to send bits
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/uio.h>
int main(void)
{
    char buffer[16];
    struct iovec data = {buffer, sizeof buffer};
    int fd = open("/usr/bin/env", O_RDONLY);
    uint64_t range[2] = {0, 4096}, answer[5];
    MUST_FAIL_WITH(syscall(SYS_cachestat, fd, range, answer, 0), ENOSYS);
    MUST_FAIL_WITH(preadv2(fd, &data, 1, 0, RWF_NOWAIT), EOPNOTSUPP);
    struct stat status;
    fstat(fd, &status);
    unsigned char resident[4096];
    size_t pages = (status.st_size + 4095) / 4096;
    void *map = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    if (map != MAP_FAILED && pages <= sizeof resident && mincore(map, status.st_size, resident) == 0)
        for (size_t page = 0; page < pages; page++)
            if (!(resident[page] & 1))
                escaped("page %zu of %zu is known to be absent", page, pages);
    confined();
}
