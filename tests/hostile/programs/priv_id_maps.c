/* tries: rewrite the user namespace's maps
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    const char *files[] = {"/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups", "/proc/self/projid_map"};
    for (int i = 0; i < 4; i++) {
        int fd = open(files[i], O_WRONLY);
        if (fd >= 0 && write(fd, i == 2 ? "allow" : "0 0 1\n", i == 2 ? 5 : 6) > 0)
            escaped("wrote %s", files[i]);
    }
    confined();
}
