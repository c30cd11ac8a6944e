/* tries: leave a core file
 * expect: SIGNALLED SIGSEGV
 */
#include "hostile.h"
int main(void)
{
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &all);
    struct rlimit now;
    getrlimit(RLIMIT_CORE, &now);
    if (now.rlim_cur != 0)
        escaped("core files may be %lu bytes", (unsigned long)now.rlim_cur);
    raise(SIGSEGV);
}
