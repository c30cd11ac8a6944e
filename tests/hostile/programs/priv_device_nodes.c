/* tries: make device nodes and open the host's disks and memory
 * expect: CONFINED
 */
#include "hostile.h"
#include <sys/sysmacros.h>
int main(void)
{
    MUST_FAIL(mknod("/work/mem", S_IFCHR | 0666, makedev(1, 1)));
    MUST_FAIL(mknod("/work/sda", S_IFBLK | 0666, makedev(8, 0)));
    MUST_FAIL(mknodat(AT_FDCWD, "/tmp/kmsg", S_IFCHR | 0666, makedev(1, 11)));
    const char *devices[] = {"/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/loop0", "/dev/loop-control",
                             "/dev/fuse", "/dev/kvm", "/dev/vhost-vsock", "/dev/vsock", "/dev/net/tun", "/dev/hpet",
                             "/dev/console", "/dev/tty0", "/dev/tty", "/dev/ttyS0", "/dev/pts/0", "/dev/mapper/control",
                             "/dev/dri/card0", "/dev/nvidia0", "/dev/hwrng", "/dev/cpu_dma_latency", "/dev/snapshot"};
    for (unsigned i = 0; i < sizeof devices / sizeof *devices; i++)
        MUST_FAIL(open(devices[i], O_RDONLY | O_NONBLOCK));
    confined();
}
