/* tries: fill the buffers of as many pseudo-terminals as there are, which no memory limit counts
 * expect: CONFINED
 * limits: memory=16M files=64
 */
#include "hostile.h"
int main(void)
{
    static char block[65536];
    long kept = 0;
    int made = 0, master;
    while ((master = open("/dev/ptmx", O_RDWR | O_NONBLOCK | O_NOCTTY)) >= 0) {
        int unlocked = 0, number = 0, written;
        char path[32];
        ioctl(master, TIOCSPTLCK, &unlocked);
        ioctl(master, TIOCGPTN, &number);
        snprintf(path, sizeof path, "/dev/pts/%d", number);
        int slave = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY);
        for (int side = 0; side < 2; side++)
            while ((written = write(side ? slave : master, block, sizeof block)) > 0 && kept < 64 << 20)
                kept += written;
        made++;
    }
    if (made > 16 || kept > 8 << 20)
        escaped("%d terminals hold %ld bytes", made, kept);
    confined();
}
