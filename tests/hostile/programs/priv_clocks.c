/* tries: set every clock there is
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/timex.h>
int main(void)
{
    struct timespec then = {1000000000, 0};
    struct timeval tv = {1000000000, 0};
    struct timex tx = {.modes = ADJ_FREQUENCY, .freq = 1 << 16};
    for (int clock = 0; clock < 12; clock++)
        MUST_FAIL(clock_settime(clock, &then));
    MUST_FAIL(settimeofday(&tv, NULL));
    MUST_FAIL(adjtimex(&tx));
    MUST_FAIL(clock_adjtime(CLOCK_REALTIME, &tx));
    int fd = open("/proc/self/timens_offsets", O_WRONLY);
    if (fd >= 0 && write(fd, "monotonic 1000 0\n", 17) > 0)
        escaped("clock offsets written");
    MUST_FAIL(open("/dev/rtc", O_RDONLY));
    confined();
}
