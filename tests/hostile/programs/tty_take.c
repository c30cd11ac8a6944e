/* tries: get a controlling terminal that is not its own
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    setsid();
    for (int fd = 0; fd < 3; fd++) {
        MUST_FAIL(ioctl(fd, 0x540E /* TIOCSCTTY */, 1));
        MUST_FAIL(ioctl(fd, 0x541D /* TIOCCONS */, 0));
        if (isatty(fd))
            escaped("descriptor %d is a terminal", fd);
    }
    MUST_FAIL_WITH(open("/dev/tty", O_RDWR), ENXIO);
    MUST_FAIL_WITH(open("/dev/pts/0", O_RDWR), ENOENT);
    int own = posix_openpt(O_RDWR), discipline = 1;
    MUST_FAIL_WITH(ioctl(own, 0x541D /* TIOCCONS */, 0), EPERM);
    MUST_FAIL_WITH(ioctl(own, 0x5423 /* TIOCSETD: may load a module */, &discipline), EPERM);
    confined();
}
