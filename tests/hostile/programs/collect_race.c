/* tries: swap a file for a link while the judge collects it
 * expect: EXITED 0
 * collect: **
 * holds: root:x:
 * limits: wall=2s cpu=1s
 */
#include "hostile.h"
int main(void)
{
    close(open("/work/file", O_CREAT | O_WRONLY, 0600));
    symlink("/etc/passwd", "/work/link");
    if (fork() == 0) {
        setsid();
        for (;;) {
            syscall(SYS_renameat2, AT_FDCWD, "/work/file", AT_FDCWD, "/work/link", 2 /* RENAME_EXCHANGE */);
        }
    }
    return 0;
}
