/* tries: a refused call in one of many children, to be mixed up with another end
 * expect: SYSCALL_DENIED mount
 */
#include "hostile.h"
#include <sys/mount.h>
int main(void)
{
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 8; i++)
        if (fork() == 0) {
            setsid();
            if (i == 4)
                mount("none", "/work", "tmpfs", 0, "");
            for (;;)
                pause();
        }
    for (;;)
        pause();
}
