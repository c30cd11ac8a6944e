/* tries: divide the burning among threads
 * expect: CPU_LIMIT
 * limits: cpu=200ms
 */
#include "hostile.h"
#include <pthread.h>
static void *burn(void *unused)
{
    burn_ms(60000);
    return unused;
}
int main(void)
{
    pthread_t thread;
    for (int i = 0; i < 4; i++)
        pthread_create(&thread, NULL, burn, NULL);
    pause();
}
