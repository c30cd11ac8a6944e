/* tries: burn only in sched_yield
 * expect: CPU_LIMIT
 * limits: cpu=200ms wall=6s
 */
#include "hostile.h"
int main(void)
{
    for (;;)
        sched_yield();
}
