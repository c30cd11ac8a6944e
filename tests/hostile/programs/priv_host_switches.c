/* tries: swap, reboot, host name, domain name, accounting, quotas, hang-up, the kernel log
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    MUST_FAIL(syscall(SYS_swapon, "/work/x", 0));
    MUST_FAIL(syscall(SYS_swapoff, "/work/x"));
    MUST_FAIL(syscall(SYS_reboot, 0xfee1dead, 672274793, 0x89abcdef, 0));
    MUST_FAIL(sethostname("owned", 5));
    MUST_FAIL(setdomainname("owned", 5));
    MUST_FAIL(syscall(SYS_acct, "/work/acct"));
    MUST_FAIL(syscall(SYS_quotactl, 0x80000700, "", 0, 0));
    MUST_FAIL(syscall(SYS_vhangup));
    char log[64];
    MUST_FAIL(syscall(SYS_syslog, 3, log, sizeof log));
    MUST_FAIL(syscall(SYS_syslog, 5, 0, 0));
    confined();
}
