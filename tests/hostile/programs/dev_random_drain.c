/* tries: drain the kernel's randomness and feed it its own
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    char block[65536];
    int fd = open("/dev/random", O_RDWR);
    int entropy = 1 << 20;
    MUST_FAIL(ioctl(fd, 0x40045201 /* RNDADDTOENTCNT */, &entropy));
    MUST_FAIL(ioctl(fd, 0x5204 /* RNDZAPENTCNT */));
    for (int i = 0; i < 20; i++)
        if (read(fd, block, sizeof block) <= 0 && errno != EAGAIN)
            break;
    confined();
}
