/* tries: make the host write out everything, again and again
 * expect: CONFINED
 * limits: cpu=500ms wall=2s
 */
#include "hostile.h"
int main(void)
{
    int fd = open("/", O_RDONLY);
    long start = now_ms();
    for (int i = 0; i < 20000; i++) {
        sync();
        syncfs(fd);
    }
    if (now_ms() - start > 1500)
        escaped("20000 syncs took %ld ms", now_ms() - start);
    confined();
}
