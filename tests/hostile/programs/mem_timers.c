/* tries: timers without end
 * expect: CONFINED | MEMORY_LIMIT
 * limits: memory=32M cpu=2s
 */
#include "hostile.h"
int main(void)
{
    long made = 0;
    timer_t timer;
    while (made < 1000000 && timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0)
        made++;
    if (made >= 1000000)
        escaped("%ld timers", made);
    confined();
}
