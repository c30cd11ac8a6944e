/* tries: System V shared memory, semaphores and queues, which outlive processes
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
int main(void)
{
    MUST_FAIL(shmget(4711, 4096, IPC_CREAT | 0666));
    MUST_FAIL(semget(4711, 1, IPC_CREAT | 0666));
    MUST_FAIL(msgget(4711, IPC_CREAT | 0666));
    MUST_FAIL(shmat(0, NULL, 0));
    struct shmid_ds info;
    MUST_FAIL(shmctl(0, IPC_STAT, &info));
    confined();
}
