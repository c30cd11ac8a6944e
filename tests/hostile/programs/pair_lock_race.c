/* tries: lock the inode that all eventfds share by changing what a descriptor means after the supervisor's look
 * mode: pair
 * expect: CONFINED
 * limits: wall=4s cpu=3s
 */
#include "hostile.h"
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/file.h>
static int own, shared;
static void *swap(void *unused)
{
    for (;;) {
        dup2(shared, 50);
        dup2(own, 50);
    }
}
int main(void)
{
    pthread_t thread;
    own = open("/work/own", O_CREAT | O_RDWR, 0600);
    shared = eventfd(0, 0);
    dup2(own, 50);
    pthread_create(&thread, NULL, swap, NULL);
    for (long end = now_ms() + 1500; now_ms() < end;)
        if (flock(50, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
            escaped("another slot holds the lock of all eventfds");
    confined();
}
