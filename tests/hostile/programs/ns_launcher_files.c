/* tries: reach the launcher, process 1, through its files in /proc
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    const char *secrets[] = {"mem", "environ", "maps", "root/etc/passwd", "cwd/x", "fd/0", "fd", "exe", "auxv",
                             "map_files", "stack", "syscall", "io", "personality", "ns/mnt", "pagemap"};
    for (unsigned i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        char path[96], byte;
        snprintf(path, sizeof path, "/proc/1/%s", secrets[i]);
        int fd = open(path, O_RDONLY);
        if (fd >= 0 && (read(fd, &byte, 1) > 0 || errno == EISDIR))
            escaped("opened %s", path);
        close(fd);
    }
    char target[256];
    MUST_FAIL(readlink("/proc/1/exe", target, sizeof target));
    MUST_FAIL(readlink("/proc/1/root", target, sizeof target));
    MUST_FAIL(open("/proc/1/oom_score_adj", O_WRONLY));
    MUST_FAIL(open("/proc/1/mem", O_RDWR));
    confined();
}
