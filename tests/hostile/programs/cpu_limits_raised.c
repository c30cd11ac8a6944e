/* tries: raise every resource limit
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    for (int limit = 0; limit < 16; limit++) {
        struct rlimit now, more;
        getrlimit(limit, &now);
        if (now.rlim_max == RLIM_INFINITY || limit == RLIMIT_CORE)
            continue;
        more.rlim_cur = more.rlim_max = now.rlim_max + 1;
        MUST_FAIL(setrlimit(limit, &more));
        MUST_FAIL(prlimit(getpid(), limit, &more, NULL));
    }
    confined();
}
