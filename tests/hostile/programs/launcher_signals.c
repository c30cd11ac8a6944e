/* tries: kill or stop the launcher with every signal by every call
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    siginfo_t info = {.si_code = SI_QUEUE};
    for (int sig = 1; sig < 65; sig++) {
        MUST_FAIL(kill(1, sig));
        MUST_FAIL(syscall(SYS_tkill, 1, sig));
        MUST_FAIL(syscall(SYS_tgkill, 1, 1, sig));
        MUST_FAIL(syscall(SYS_rt_sigqueueinfo, 1, sig, &info));
        MUST_FAIL(syscall(SYS_rt_tgsigqueueinfo, 1, 1, sig, &info));
    }
    confined();
}
