/* tries: print without end without copying: vmsplice and tee
 * expect: OUTPUT_LIMIT
 * limits: stdout=64K wall=3s
 */
#include "hostile.h"
#include <sys/uio.h>
int main(void)
{
    static char block[1 << 16];
    memset(block, 'x', sizeof block);
    for (;;) {
        struct iovec data = {block, sizeof block};
        if (vmsplice(1, &data, 1, 0) < 0)
            write(1, block, sizeof block);
    }
}
