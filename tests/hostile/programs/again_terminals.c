/* tries: leave a mark for the next run on the pseudo-terminals: a held one, modes, times
 * mode: twice
 * expect: CONFINED
 */
#include "hostile.h"
int main(int argc, char **argv)
{
    struct stat node;
    if (stat("/dev/pts/ptmx", &node))
        escaped("errno %d", errno);
    if (argc > 1 && argv[1][0] == '1') {
        struct timespec times[2] = {{1, 2}, {3, 4}};
        chmod("/dev/pts/ptmx", 0);
        chmod("/dev/pts", 0700);
        utimensat(AT_FDCWD, "/dev/pts/ptmx", times, 0);
        utimensat(AT_FDCWD, "/dev/pts/ptmx", NULL, 0);
        mkdir("/dev/pts/d", 0700);
        if (fork() == 0) {
            setsid();
            for (int i = 0; i < 20; i++)
                chmod(ptsname(posix_openpt(O_RDWR)), 0666);
            pause();
        }
        usleep(100000);
        confined();
    }
    if ((node.st_mode & 07777) != 0666 || node.st_atim.tv_nsec != node.st_ctim.tv_nsec ||
        node.st_mtim.tv_nsec != node.st_ctim.tv_nsec)
        escaped("mode %o, times %ld %ld %ld", node.st_mode, node.st_atim.tv_nsec, node.st_mtim.tv_nsec, node.st_ctim.tv_nsec);
    if (access("/dev/pts/0", F_OK) == 0 || access("/dev/pts/d", F_OK) == 0)
        escaped("something is left in /dev/pts");
    int own = posix_openpt(O_RDWR | O_NOCTTY);
    if (own < 0 || strcmp(ptsname(own), "/dev/pts/0"))
        escaped("errno %d", errno);
    confined();
}
