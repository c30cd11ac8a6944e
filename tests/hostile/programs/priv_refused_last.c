/* tries: a refused call in a thread while the main thread leaves with 0
 * expect: SYSCALL_DENIED mount | EXITED 0
 */
#include "hostile.h"
#include <pthread.h>
#include <sys/mount.h>
static void *refused(void *unused)
{
    mount("none", "/work", "tmpfs", 0, "");
    return unused;
}
int main(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, refused, NULL);
    sched_yield();
    _exit(0);
}
