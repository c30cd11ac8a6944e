/* tries: leave itself the best or the worst victim of the next shortage of memory
 * mode: twice
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    char text[16] = "";
    int fd = open("/proc/self/oom_score_adj", O_RDWR);
    read(fd, text, sizeof text - 1);
    if (strcmp(text, "1000\n"))
        escaped("starts with %s", text);
    pwrite(fd, "-1000", 5, 0);
    pread(fd, text, sizeof text - 1, 0);
    if (atoi(text) < 0)
        escaped("is never killed");
    pwrite(fd, "0", 1, 0);
    confined();
}
