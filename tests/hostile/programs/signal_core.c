/* tries: leave a core file, or have the host's crash handler read its memory
 * expect: SIGNALLED SIGSEGV
 */
#include "hostile.h"
int main(void)
{
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY}, none = {0, 0}, now;
    setrlimit(RLIMIT_CORE, &all);
    setrlimit(RLIMIT_CORE, &none);
    syscall(SYS_prlimit64, 0, RLIMIT_CORE, &none, NULL);
    getrlimit(RLIMIT_CORE, &now);
    /* Of one byte no core is written, and none is piped to a handler either: core(5). */
    if (now.rlim_cur != 1 || now.rlim_max != 1)
        escaped("core files may be %lu bytes", (unsigned long)now.rlim_cur);
    raise(SIGSEGV);
}
