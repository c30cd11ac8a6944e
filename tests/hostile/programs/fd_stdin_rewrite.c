/* tries: reopen the input through /proc for writing, and change it for whoever reads it next
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    char before[64] = "", after[64] = "";
    int check = open("/proc/self/fd/0", O_RDONLY);
    ssize_t length = read(check, before, sizeof before);
    const char *paths[] = {"/proc/self/fd/0", "/dev/stdin", "/dev/fd/0", "/proc/self/root/dev/stdin"};
    for (int p = 0; p < 4; p++) {
        int fd = open(paths[p], O_RDWR);
        if (fd < 0)
            continue;
        pwrite(fd, "OWNED", 5, 0);
        ftruncate(fd, 1);
        fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096);
        char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (map != MAP_FAILED)
            map[0] = '!';
    }
    ftruncate(0, 0);
    fchmod(0, 0666);
    check = open("/proc/self/fd/0", O_RDONLY);
    if (check >= 0 && length > 0 && (read(check, after, sizeof after) != length || memcmp(before, after, length)))
        escaped("the input changed");
    confined();
}
