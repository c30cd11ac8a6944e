/* tries: use up the pseudo-terminals, so that another slot goes without, or find the other's
 * mode: pair
 * expect: CONFINED
 * limits: wall=4s
 */
#include "hostile.h"
int main(int argc, char **argv)
{
    if (argc > 1 && argv[1][0] == 'a') {
        for (int i = 0; i < 50; i++)
            posix_openpt(O_RDWR | O_NOCTTY);
        usleep(800000);
        confined();
    }
    for (long end = now_ms() + 700; now_ms() < end; usleep(5000)) {
        int own = posix_openpt(O_RDWR | O_NOCTTY);
        if (own < 0)
            escaped("no terminal: errno %d", errno);
        if (strcmp(ptsname(own), "/dev/pts/0"))
            escaped("the first one is %s", ptsname(own));
        MUST_FAIL_WITH(open("/dev/pts/1", O_RDWR | O_NOCTTY), ENOENT);
        close(own);
    }
    confined();
}
