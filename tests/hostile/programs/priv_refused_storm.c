/* tries: refused calls from many threads at once, to overrun whoever answers
 * expect: SYSCALL_DENIED mount
 */
#include "hostile.h"
#include <pthread.h>
#include <sys/mount.h>
static void *storm(void *unused)
{
    for (;;)
        mount("none", "/work", "tmpfs", 0, "");
    return unused;
}
int main(void)
{
    pthread_t thread;
    for (int i = 0; i < 20; i++)
        pthread_create(&thread, NULL, storm, NULL);
    storm(NULL);
}
