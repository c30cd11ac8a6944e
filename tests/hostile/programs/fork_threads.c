/* tries: threads without end
 * expect: CONFINED | PROCESS_LIMIT
 * limits: processes=16
 */
#include "hostile.h"
#include <pthread.h>
static void *rest(void *unused)
{
    pause();
    return unused;
}
int main(void)
{
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 16384);
    int made = 0;
    pthread_t thread;
    while (made < 4096 && pthread_create(&thread, &small, rest, NULL) == 0)
        made++;
    if (made >= 16)
        escaped("%d threads", made);
    confined();
}
