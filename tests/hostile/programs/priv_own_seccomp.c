/* tries: put an own filter or listener over ours, to answer calls itself
 * expect: CONFINED
 */
#include "hostile.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
int main(void)
{
    struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {1, code};
    MUST_FAIL(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0));
    MUST_FAIL(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0));
    MUST_FAIL(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 8 /* NEW_LISTENER */, &program));
    MUST_FAIL(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, 0));
    confined();
}
