/* tries: burn the kernel's time instead of its own
 * expect: CPU_LIMIT
 * limits: cpu=200ms
 */
#include "hostile.h"
int main(void)
{
    char buffer[4096];
    int fd = open("/dev/urandom", O_RDONLY);
    for (;;)
        read(fd, buffer, sizeof buffer);
}
