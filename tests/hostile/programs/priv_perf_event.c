/* tries: watch the machine with performance counters
 * expect: CONFINED
 */
#include "hostile.h"
#include <linux/perf_event.h>
int main(void)
{
    struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attributes};
    MUST_FAIL(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
    MUST_FAIL(syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0));
    confined();
}
