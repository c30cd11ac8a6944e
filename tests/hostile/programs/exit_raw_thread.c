/* tries: end the first thread only and go on in another
 * expect: CONFINED
 */
#include "hostile.h"
#include <pthread.h>
static void *later(void *unused)
{
    (void)unused;
    usleep(50000);
    confined();
}
int main(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, later, NULL);
    syscall(SYS_exit, 0);
}
