/* tries: see locks that a program in another slot holds: on shared files, devices and eventfds
 * mode: pair
 * expect: CONFINED
 * limits: wall=4s
 */
#include "hostile.h"
#include <sys/eventfd.h>
#include <sys/file.h>
int main(void)
{
    const char *names[] = {"/usr/bin/env", "/etc/passwd", "/dev/null", "/dev/zero", "/usr", "/artifact"};
    int fds[8], count = 0;
    for (int i = 0; i < 6; i++)
        if ((fds[count] = open(names[i], O_RDONLY)) >= 0)
            count++;
    fds[count++] = eventfd(0, 0);
    struct flock lock = {.l_type = F_RDLCK};
    for (long end = now_ms() + 800; now_ms() < end; usleep(2000))
        for (int i = 0; i < count; i++) {
            if (flock(fds[i], LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
                escaped("another slot holds lock %d", i);
            if (fcntl(fds[i], F_SETLK, &lock) && (errno == EAGAIN || errno == EACCES))
                escaped("another slot holds record lock %d", i);
        }
    confined();
}
