/* tries: open files without end, then raise the limit
 * expect: CONFINED
 * limits: files=256
 */
#include "hostile.h"
#include <sys/eventfd.h>
int main(void)
{
    struct rlimit more = {65536, 65536};
    MUST_FAIL(setrlimit(RLIMIT_NOFILE, &more));
    getrlimit(RLIMIT_NOFILE, &more);
    more.rlim_cur = more.rlim_max;
    setrlimit(RLIMIT_NOFILE, &more);
    int opened = 0;
    while (opened < 100000 && open("/dev/null", O_RDONLY) >= 0)
        opened++;
    if (opened > 256)
        escaped("%d descriptors", opened);
    MUST_FAIL_WITH(eventfd(0, 0), EMFILE);
    confined();
}
