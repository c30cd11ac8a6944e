/* tries: leave marks for another slot on what is there to read when there is no input
 * mode: pair
 * input: none
 * expect: CONFINED
 * limits: wall=4s
 */
#include "hostile.h"
#include <sys/statvfs.h>
int main(int argc, char **argv)
{
    struct stat input, null, before, now;
    fstat(0, &input);
    if (stat("/dev/null", &null) == 0 && null.st_dev == input.st_dev && null.st_ino == input.st_ino)
        escaped("the input is the host's null device");
    stat("/dev/null", &before);
    if (argc > 1 && argv[1][0] == 'a') {
        usleep(200000);
        for (int i = 0; i < 100; i++) {
            futimens(0, NULL);
            fchmod(0, 0);
            utimensat(AT_FDCWD, "/dev/null", NULL, 0);
            usleep(2000);
        }
        confined();
    }
    for (long end = now_ms() + 700; now_ms() < end; usleep(2000)) {
        fstat(0, &now);
        if (now.st_mode != input.st_mode || now.st_mtim.tv_nsec != input.st_mtim.tv_nsec)
            escaped("the input was touched");
        if (stat("/dev/null", &now) == 0 && now.st_mtim.tv_nsec != before.st_mtim.tv_nsec)
            escaped("/dev/null was touched");
    }
    confined();
}
