/* tries: get a controlling terminal or a pseudo-terminal
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
    MUST_FAIL(open("/dev/tty", O_RDWR));
    MUST_FAIL(open("/dev/ptmx", O_RDWR));
    confined();
}
