/* tries: burn at the lowest priority, which some accounts leave out
 * expect: CPU_LIMIT
 * limits: cpu=200ms wall=6s
 */
#include "hostile.h"
int main(void)
{
    struct sched_param none = {0};
    nice(19);
    sched_setscheduler(0, SCHED_IDLE, &none);
    burn_ms(60000);
    escaped("burnt a minute");
}
